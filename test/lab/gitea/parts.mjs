import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Release of Gitea that the lab runs. */
export const giteaVersion = 'v1.26.0'

/** The directory of the program and the files it reads. */
export const giteaDirectory = cacheDirectory(`gitea-${giteaVersion}`)

/**
 * Path of the program; `undefined` when it is not built.
 *
 * @returns {string | undefined}
 */
export function giteaProgram() {
  const program = join(giteaDirectory, 'gitea')
  return existsSync(program) ? program : undefined
}
