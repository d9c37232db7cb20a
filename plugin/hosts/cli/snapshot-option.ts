import { Option } from 'commander'

/** `--snapshot`, which may come several times: the jobs of a matrix leave a file each. */
export const snapshotOption = (): Option =>
  new Option(
    '--snapshot <file>',
    'read usage from a recorded file, or a directory of them, instead of a cluster; repeatable',
  ).argParser((file: string, before: readonly string[] = []) => [...before, file])
