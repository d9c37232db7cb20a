import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Release of VictoriaMetrics that the lab runs: a later one needs a newer Go. */
export const victoriaVersion = 'v1.140.0'

/** The directory of the program. */
export const victoriaDirectory = cacheDirectory(`victoria-metrics-${victoriaVersion}`)

/**
 * Path of the program; `undefined` when it is not built.
 *
 * @returns {string | undefined}
 */
export function victoriaProgram() {
  const program = join(victoriaDirectory, 'victoria-metrics')
  return existsSync(program) ? program : undefined
}
