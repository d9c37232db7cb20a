import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { SettingsFile } from '../../config/screen-settings.ts'
import { leadsInto } from '../io/reviewed-path.ts'
import { stop } from '../model/problem.ts'
import type { RunPorts } from './host.ts'

/** Where the user keeps operator settings: below `$XDG_CONFIG_HOME`, or `~/.config`. `undefined` without a home directory. */
export function userOperatorFile({ env }: Pick<RunPorts, 'env'>): string | undefined {
  const { XDG_CONFIG_HOME: given = '', HOME: home = '' } = env as Readonly<Record<string, string | undefined>>
  const base = isAbsolute(given) ? given : isAbsolute(home) ? join(home, '.config') : undefined
  return base === undefined ? undefined : join(base, 'gitops-tortoise/operator.yaml')
}

/** Which file of operator settings a host names: by a flag, by the environment; `undefined` when it names none. */
export const namedOperatorFile = (
  { env }: Pick<RunPorts, 'env'>,
  flag: string | undefined,
): string | undefined => flag ?? (env['TORTOISE_OPERATOR_SETTINGS'] || undefined)

/** The path of the operator settings, which may not exist: the file that the host names, or else that of the user. */
export function operatorPath(
  host: Pick<RunPorts, 'cwd' | 'env'>,
  flag: string | undefined,
): string | undefined {
  const named = namedOperatorFile(host, flag)
  return named === undefined ? userOperatorFile(host) : resolve(host.cwd, named)
}

/** Reads a file outside the repository. Its relative paths start from its directory. */
export const hostFile = (path: string, shown: string): SettingsFile => ({
  file: shown,
  text: readFileSync(path, 'utf8'),
  absolute: (inner) => resolve(dirname(path), inner),
})

/**
 * Reads the operator settings: the named file, or else that of the user. Throws `settings.missing` when the named file does
 * not exist, and `settings.operator` when it is inside the repository. The user's file is then skipped with a warning.
 */
export function readOperatorFile(
  { cwd, env, progress }: Pick<RunPorts, 'cwd' | 'env' | 'progress'>,
  repository: string | undefined,
  flag?: string,
): SettingsFile | undefined {
  const isReviewed = (path: string): boolean => repository !== undefined && leadsInto(repository, path)
  const named = namedOperatorFile({ env }, flag)
  if (named !== undefined) {
    const path = resolve(cwd, named)
    if (isReviewed(path)) throw reviewed(named)
    if (existsSync(path)) return hostFile(path, named)
    throw stop('settings.missing', `there is no file of operator settings ${named}`, {
      hint: 'Correct --operator-settings or TORTOISE_OPERATOR_SETTINGS.',
    })
  }
  const own = userOperatorFile({ env })
  if (own === undefined || !existsSync(own)) return undefined
  if (!isReviewed(own)) return hostFile(own, own)
  progress({ kind: 'warning', message: `${own} is not used: it is inside the repository ${repository}` })
  return undefined
}

const reviewed = (file: string) =>
  stop('settings.operator', `the operator settings ${file} are inside the repository that is reviewed`, {
    hint: 'Name a file outside the repository: who can change the repository must not choose programs and servers.',
  })
