import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Release of the S3 server that the lab runs. */
export const s3Version = 'v1.8.0'

/** The directory of the program. */
export const s3Directory = cacheDirectory(`versitygw-${s3Version}`)

/**
 * Path of the program; `undefined` when it is not built.
 *
 * @returns {string | undefined}
 */
export function s3Program() {
  const program = join(s3Directory, 'versitygw')
  return existsSync(program) ? program : undefined
}
