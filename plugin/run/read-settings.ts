import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { deprecatedSettings } from '../../config/deprecated.ts'
import { combineSettings } from '../../config/load.ts'
import { allowedNames } from '../../config/operator-file.ts'
import type { Settings } from '../../config/schema.ts'
import type { SettingsFile, SettingsRequest } from '../../config/screen-settings.ts'
import { hideVariables, leaveRepositoryOffPath } from '../io/environment.ts'
import { leadsInto } from '../io/reviewed-path.ts'
import { stop } from '../model/problem.ts'
import { keepSecret } from '../model/text/secrets.ts'
import type { Checkout } from './checkout.ts'
import type { Environment, RunPorts } from './host.ts'
import { hostFile, namedOperatorFile, readOperatorFile, userOperatorFile } from './operator-file.ts'
import { sandboxFrom } from './sandbox-setting.ts'
import { secretVariables } from './secret-variables.ts'

/** The name of the settings file at the root of a repository. */
export const settingsName = 'tortoise.yaml'

/** Flags about settings. */
export interface SettingsFlags {
  /** The settings file. A file outside the repository may hold operator settings. */
  readonly settings?: string | undefined
  readonly operatorSettings?: string | undefined
  /** Names of operator settings that the repository may set. */
  readonly allowFromRepository?: readonly string[] | undefined
  readonly sandbox?: Settings['sandbox'] | undefined
}

type SettingsPorts = Pick<RunPorts, 'cwd' | 'env' | 'progress'>

/**
 * Reads the named settings file, or else `tortoise.yaml` at the root of the repository, and merges it with the operator
 * settings. Returns the defaults when the repository has no settings file. Throws `settings.missing` when a named file does
 * not exist, `path.outside` for a link that leaves the repository, and what `combineSettings` throws.
 */
export function readSettings(
  ports: SettingsPorts,
  checkout: Pick<Checkout, 'root'> | undefined,
  { operator, advice, ...flags }: SettingsFlags & GivenSettings = {},
): Settings {
  const { cwd } = ports
  const { settings: named } = flags
  const root = checkout?.root
  const file = named === undefined ? join(root ?? cwd, settingsName) : resolve(cwd, named)
  const isReviewed = root !== undefined && leadsInto(root, file)
  const main = isReviewed
    ? reviewedFile(cwd, root, file)
    : existsSync(file) && hostFile(file, shown(cwd, file))
  if (!main && named !== undefined) {
    throw stop('settings.missing', `there is no settings file ${named}`, {
      hint: 'Correct --settings, or omit it to use tortoise.yaml at the root of the repository.',
    })
  }
  return mergedSettings(
    ports,
    { main: main || { file: shown(cwd, file), text: '' }, isReviewed },
    { root, flags, operator, advice },
  )
}

/** The operator settings alone, for commands that take nothing from `tortoise.yaml`. Throws like `readSettings`. */
export const readOperatorSettings = (
  ports: SettingsPorts,
  { root }: Pick<Checkout, 'root'>,
  flags: SettingsFlags = {},
): Settings =>
  mergedSettings(ports, { main: { file: settingsName, text: '' }, isReviewed: true }, { root, flags })

/** What settings are for, and how they were named. */
export interface SettingsContext extends GivenSettings {
  readonly root: string | undefined
  readonly flags: SettingsFlags
}

/** What a host that is not a command line knows of operator settings. */
export interface GivenSettings {
  /** Operator settings that were read already, from another place than a file of this host. */
  readonly operator?: SettingsFile | undefined
  /** How the user of the host gives operator settings. */
  readonly advice?: SettingsRequest['advice'] | undefined
}

/** Merges a settings file with the operator settings, and takes the secrets that they name out of the environment. */
export function mergedSettings(
  ports: SettingsPorts,
  main: Pick<SettingsRequest, 'main' | 'isReviewed'>,
  {
    root,
    flags,
    advice = adviceFor(ports, flags),
    operator = operatorFile(ports, root, flags),
  }: SettingsContext,
): Settings {
  const sandbox = flags.sandbox ?? sandboxFrom(ports.env)
  const settings = combineSettings({
    ...main,
    ...(operator === undefined ? {} : { operator }),
    allowed: allowedFrom(ports.env, flags),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(root === undefined ? {} : { repository: root, isInside: (path) => leadsInto(root, path) }),
    advice,
  })
  for (const message of deprecatedSettings(settings)) ports.progress({ kind: 'warning', message })
  hideVariables(secretVariables(settings))
  if (root !== undefined) leaveRepositoryOffPath(root)
  for (const { reason, problem } of settings.denied ?? []) {
    if (reason !== 'never') continue
    const { file, line, column } = problem.place ?? { file: settingsName }
    ports.progress({ kind: 'warning', message: `${file}:${line}:${column}: ${problem.message}` })
  }
  return settings
}

const operatorFile = (ports: SettingsPorts, root: string | undefined, flags: SettingsFlags) =>
  readOperatorFile(ports, root, flags.operatorSettings)

const shown = (cwd: string, file: string): string => relative(cwd, file) || file

/** How large a settings file may be; a sparse one takes no room on the disk, but all of it in memory. */
const mostBytes = 8 * 1024 ** 2

/** A file of the repository. A link in its path must not leave the repository. */
function reviewedFile(cwd: string, root: string, file: string): SettingsFile | undefined {
  if (!existsSync(file)) return undefined
  const stats = statSync(file)
  if (!stats.isFile()) {
    throw stop('settings.missing', 'the settings file is not a file', { place: { file: shown(cwd, file) } })
  }
  if (stats.size > mostBytes) {
    throw stop('settings.syntax', `the settings file is larger than ${mostBytes / 1024 ** 2} MiB`, {
      place: { file: shown(cwd, file) },
    })
  }
  if (!leadsInto(realpathSync(root), realpathSync(file))) {
    throw stop('path.outside', 'the settings file is a link that leads outside the repository', {
      place: { file: shown(cwd, file) },
      hint: 'Put the file itself into the repository, or name it with --settings.',
    })
  }
  return { file: shown(cwd, file), text: readFileSync(file, 'utf8'), absolute: (path) => resolve(root, path) }
}

const adviceFor = (ports: Pick<SettingsPorts, 'env'>, { operatorSettings }: SettingsFlags) => ({
  file:
    namedOperatorFile(ports, operatorSettings) ??
    userOperatorFile(ports) ??
    'the file that --operator-settings names',
  allow: (name: string) => `--allow-from-repository ${name}`,
})

function allowedFrom(
  env: Environment['env'],
  { allowFromRepository = [] }: SettingsFlags,
): readonly string[] {
  const variable = 'TORTOISE_ALLOW_FROM_REPOSITORY'
  const named = (env[variable] ?? '').split(/[\s,]+/).filter(Boolean)
  return [...allowedNames(allowFromRepository, '--allow-from-repository'), ...allowedNames(named, variable)]
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
