import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A directory of the lab's cache. The cache is outside the repository, so that clones share it: TORTOISE_LAB_CACHE, or
 * `gitops-tortoise-lab` in the user's cache directory.
 *
 * @param {string} name
 * @returns {string}
 */
export const cacheDirectory = (name) =>
  join(
    process.env['TORTOISE_LAB_CACHE'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gitops-tortoise-lab'),
    name,
  )
