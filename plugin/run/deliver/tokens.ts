import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import { type AppPermissions, appToken } from '../../deliver/forges/github/app-token.ts'
import type { TokenSource } from '../../deliver/git/smart-http.ts'
import { stop } from '../../model/problem.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import type { Environment } from '../host.ts'
import { secretFrom } from '../read-settings.ts'

const publicApi = 'https://api.github.com'

/** Returns the text of a file that holds a secret. Throws `settings.missing` when it cannot be read. */
export function secretFile({ cwd }: Pick<Environment, 'cwd'>, file: string, setting: string): string {
  try {
    return keepSecret(readFileSync(resolve(cwd, file), 'utf8'))
  } catch (cause) {
    throw stop('settings.missing', `the file ${file} cannot be read`, { hint: `Correct ${setting}.`, cause })
  }
}

/** The permissions that delivery needs, and no more. */
function permissionsOf({ dashboard, checks }: Settings['deliver']['pullRequests']): AppPermissions {
  return {
    metadata: 'read',
    contents: 'write',
    pull_requests: 'write',
    ...(dashboard ? { issues: 'write' } : {}),
    ...(checks ? { statuses: 'write' } : {}),
  }
}

/**
 * Returns a source of tokens for the GitHub API: the token that settings name, or an installation token of their app.
 * `purpose` is the subject of the message when the secret is missing (`settings.missing`).
 */
export function githubToken(
  environment: Environment,
  { github, pullRequests }: Pick<Settings['deliver'], 'github' | 'pullRequests'>,
  purpose: string,
): TokenSource {
  const { env } = environment
  if (github?.app === undefined) return () => secretFrom(env, github?.tokenEnv ?? 'GITHUB_TOKEN', purpose)
  const { repository, apiUrl = publicApi, app } = github
  const { id, keyFile, keyEnv } = app
  const key = () =>
    keyFile === undefined
      ? secretFrom(env, keyEnv, purpose)
      : secretFile(environment, keyFile, 'deliver.github.app.keyFile')
  return appToken({ id: String(id), key, permissions: permissionsOf(pullRequests), repository, apiUrl })
}

/** Returns a source of tokens for the Git remote: the token that settings name, or else a token of their GitHub app. */
export function remoteToken(
  environment: Environment,
  deliver: Pick<Settings['deliver'], 'remote' | 'github' | 'pullRequests'>,
  purpose: string,
): TokenSource {
  const { env } = environment
  const variable = deliver.remote?.tokenEnv ?? 'TORTOISE_GIT_TOKEN'
  return deliver.github?.app === undefined || env[variable]
    ? () => secretFrom(env, variable, purpose)
    : githubToken(environment, deliver, purpose)
}
