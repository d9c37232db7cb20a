import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { loadSettings } from '../../config/load.ts'
import type { Settings } from '../../config/schema.ts'
import { stop } from '../model/problem.ts'
import type { Checkout } from './checkout.ts'
import type { Host } from './host.ts'

/** The name of the settings file at the root of a repository. */
const settingsName = 'tortoise.yaml'

/** Reads the settings file that was named, else the repository's own; a repository without one gets the defaults. */
export function readSettings(host: Host, { root }: Checkout, named?: string): Settings {
  const file = named === undefined ? join(root, settingsName) : resolve(host.cwd, named)
  const shown = relative(host.cwd, file) || file
  if (existsSync(file)) return loadSettings(shown, readFileSync(file, 'utf8'))
  if (named === undefined) return loadSettings(shown, '')
  throw stop('settings.missing', `there is no settings file ${named}`, {
    hint: 'Correct --settings, or leave it out to use tortoise.yaml at the root.',
  })
}

/** Reads a secret from the environment variable that settings name; stops when it must be there and is not. */
export function secretFrom(host: Host, variable: string, purpose: string): string {
  const value = host.env[variable]
  if (value !== undefined && value !== '') return value
  throw stop(
    'settings.missing',
    `${purpose} needs a token in the environment variable ${variable}, which is empty`,
    {
      hint: `Set ${variable}, or name another variable with tokenEnv.`,
    },
  )
}
