import { Option } from 'commander'

/** `--snapshot`. It is repeatable, because each job of a matrix writes a file. */
export const snapshotOption = (): Option =>
  new Option(
    '--snapshot <file>',
    'read usage from a recorded file, a directory of them, or store:NAME, instead of a cluster; repeatable',
  ).argParser((file: string, before: readonly string[] = []) => [...before, file])
