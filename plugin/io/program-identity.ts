import { realpathSync, statSync } from 'node:fs'

/**
 * A text that changes with the files of programs: their paths, sizes and times, `none` for one that is not installed.
 * `undefined` where one of them cannot be read.
 */
export function programIdentity(files: readonly (string | undefined)[]): string | undefined {
  try {
    return JSON.stringify(files.map((file) => (file === undefined ? 'none' : identityOf(file))))
  } catch {
    return undefined
  }
}

function identityOf(file: string): readonly unknown[] {
  const path = realpathSync(file)
  const { size, mtimeMs } = statSync(path)
  return [path, size, mtimeMs]
}
