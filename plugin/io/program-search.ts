import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { leadsInto } from './reviewed-path.ts'

/** Returns the first program of a name in some directories. A program that leads into the repository is passed over. */
export async function searchIn(
  directories: readonly string[],
  name: string,
  repository: string | undefined,
): Promise<string | undefined> {
  for (const directory of directories) {
    const file = join(directory, name)
    if ((await isExecutable(file)) && (repository === undefined || !leadsInto(repository, file))) return file
  }
  return undefined
}

/** Whether a path is that of a file that may be executed. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
