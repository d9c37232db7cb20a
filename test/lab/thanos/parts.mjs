import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Release of Thanos that the lab runs: modules that later ones need cannot be fetched everywhere. */
export const thanosVersion = 'v0.36.1'

/** The directory of the program. */
export const thanosDirectory = cacheDirectory(`thanos-${thanosVersion}`)

/**
 * Path of the program; `undefined` when it is not built.
 *
 * @returns {string | undefined}
 */
export function thanosProgram() {
  const program = join(thanosDirectory, 'thanos')
  return existsSync(program) ? program : undefined
}
