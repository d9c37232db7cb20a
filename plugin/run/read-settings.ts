import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { loadSettings } from '../../config/load.ts'
import type { Settings } from '../../config/schema.ts'
import { stop } from '../model/problem.ts'
import { keepSecret } from '../model/text/secrets.ts'
import type { Checkout } from './checkout.ts'
import type { Environment } from './host.ts'

/** The name of the settings file at the root of a repository. */
const settingsName = 'tortoise.yaml'

/**
 * Reads the named settings file, or else `tortoise.yaml` at the root of the repository. Returns the defaults when the
 * repository has no settings file. Throws `settings.missing` when the named file does not exist.
 */
export function readSettings(
  { cwd }: Pick<Environment, 'cwd'>,
  { root }: Checkout,
  named?: string,
): Settings {
  const file = named === undefined ? join(root, settingsName) : resolve(cwd, named)
  const shown = relative(cwd, file) || file
  if (existsSync(file)) return loadSettings(shown, readFileSync(file, 'utf8'))
  if (named === undefined) return loadSettings(shown, '')
  throw stop('settings.missing', `there is no settings file ${named}`, {
    hint: 'Correct --settings, or omit it to use tortoise.yaml at the root of the repository.',
  })
}

/** Returns the secret in an environment variable. Throws `settings.missing` when the variable is unset or empty. */
export function secretFrom(env: Environment['env'], variable: string, purpose: string): string {
  const value = env[variable]
  if (value !== undefined && value !== '') return keepSecret(value)
  throw stop(
    'settings.missing',
    `${purpose} needs a token in the environment variable ${variable}, which is empty`,
    { hint: `Set ${variable}, or name another variable with tokenEnv.` },
  )
}
