import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import { type AppPermissions, appToken } from '../../deliver/forges/github/app-token.ts'
import type { TokenSource } from '../../deliver/git/smart-http.ts'
import { stop } from '../../model/problem.ts'
import type { Host } from '../host.ts'
import { secretFrom } from '../read-settings.ts'

const publicApi = 'https://api.github.com'

/** A secret out of a file, wherever settings name one. */
export function secretFile(host: Host, file: string, setting: string): string {
  try {
    return readFileSync(resolve(host.cwd, file), 'utf8')
  } catch (cause) {
    throw stop('settings.missing', `the file ${file} cannot be read`, { hint: `Correct ${setting}.`, cause })
  }
}

/** What delivery needs, and no more. */
function permissionsOf({ pullRequests: { dashboard, checks } }: Settings['deliver']): AppPermissions {
  return {
    metadata: 'read',
    contents: 'write',
    pull_requests: 'write',
    ...(dashboard ? { issues: 'write' } : {}),
    ...(checks ? { statuses: 'write' } : {}),
  }
}

/** How to log in to GitHub: the token that settings name, or that of their app. */
export function githubToken(host: Host, { deliver }: Settings, purpose: string): TokenSource {
  const { github } = deliver
  if (github?.app === undefined) return () => secretFrom(host, github?.tokenEnv ?? 'GITHUB_TOKEN', purpose)
  const { repository, apiUrl = publicApi, app } = github
  const { id, keyFile, keyEnv } = app
  const key = () =>
    keyFile === undefined
      ? secretFrom(host, keyEnv, purpose)
      : secretFile(host, keyFile, 'deliver.github.app.keyFile')
  return appToken({ id: String(id), key, permissions: permissionsOf(deliver), repository, apiUrl })
}

/** How to log in where commits are pushed: the token that settings name, or else that of their app. */
export function remoteToken(host: Host, settings: Settings, purpose: string): TokenSource {
  const { remote, github } = settings.deliver
  const variable = remote?.tokenEnv ?? 'TORTOISE_GIT_TOKEN'
  const given = host.env[variable]
  return github?.app === undefined || (given !== undefined && given !== '')
    ? () => secretFrom(host, variable, purpose)
    : githubToken(host, settings, purpose)
}
