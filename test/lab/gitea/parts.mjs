import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Release of Gitea that the lab runs. */
export const giteaVersion = 'v1.26.0'

/** Where it is kept with the files it reads, outside the repository, so that clones share it. */
export const giteaDirectory = join(
  process.env['TORTOISE_LAB_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gitops-tortoise-lab'),
  `gitea-${giteaVersion}`,
)

/**
 * Path of the program; undefined where it is not built.
 *
 * @returns {string | undefined}
 */
export function giteaProgram() {
  const program = join(giteaDirectory, 'gitea')
  return existsSync(program) ? program : undefined
}
