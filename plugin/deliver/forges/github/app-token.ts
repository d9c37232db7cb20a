import type { Octokit } from 'octokit'
import { type ExpectedStop, stop } from '../../../model/problem.ts'
import { oneLine, serverMessage } from '../../../model/text/clean.ts'
import { keepSecret } from '../../../model/text/secrets.ts'
import type { TokenSource } from '../../git/smart-http.ts'
import { fetchFrom, misdirected, misdirectedHint } from '../same-server.ts'
import { isHttpFailure } from './session.ts'

/** The permissions of an installation token, by name. */
export type AppPermissions = Readonly<Record<string, 'read' | 'write'>>

/** A GitHub App that is installed on the repository. */
export interface AppLogin {
  readonly id: string
  /** Returns the private key as GitHub generated it (PEM). */
  readonly key: () => string
  readonly permissions: AppPermissions
  /** `owner/name`. */
  readonly repository: string
  readonly apiUrl: string
}

const quiet = () => undefined

/** Opens a client that authenticates as the app itself. */
async function open({ id, key, apiUrl }: AppLogin): Promise<Octokit> {
  const [{ Octokit: Client }, { createAppAuth }] = await Promise.all([
    import('octokit'),
    import('@octokit/auth-app'),
  ])
  return new Client({
    authStrategy: createAppAuth,
    auth: { appId: id, privateKey: key() },
    baseUrl: apiUrl.replace(/\/$/, ''),
    userAgent: 'gitops-tortoise',
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    throttle: { enabled: false },
    request: { fetch: fetchFrom(apiUrl) },
  })
}

/** Makes the error of a failed login. It contains nothing of the key or the request. */
function refused({ id, repository }: AppLogin, error: unknown): ExpectedStop {
  const place = { file: oneLine(repository) }
  if (!isHttpFailure(error)) {
    return stop('forge.refused', `The private key of app ${oneLine(id)} cannot be used`, {
      place,
      hint: 'Use the whole PEM file that GitHub generated for the app.',
    })
  }
  const hint = new Map([
    [
      401,
      'Check that the app id and the private key belong together, and that the clock of this machine is right.',
    ],
    [misdirected, misdirectedHint],
    [404, 'Install the app on this repository.'],
    [422, 'Accept the permissions that the app requests in its installation.'],
  ]).get(error.status)
  const message = `GitHub issued no token for app ${oneLine(id)} (HTTP ${error.status}): ${serverMessage(error.message)}`
  return stop('forge.refused', message, {
    place,
    hint: hint ?? 'Check the URL and the network, then run again.',
    cause: { status: error.status },
  })
}

/**
 * Returns a source of installation tokens for one repository, limited to the given permissions. A token is reused until it
 * expires (one hour) or a new one is requested. The source throws `forge.refused`.
 */
export function appToken(login: AppLogin): TokenSource {
  const [owner = '', repo = ''] = login.repository.split('/')
  let opened: Promise<{ octokit: Octokit; installationId: number }> | undefined
  const connect = async () => {
    const octokit = await open(login)
    const { data } = await octokit.rest.apps.getRepoInstallation({ owner, repo })
    return { octokit, installationId: data.id }
  }
  return async (renew = false) => {
    try {
      opened ??= connect()
      const { octokit, installationId } = await opened
      const { permissions } = login
      const request = { type: 'installation', installationId, repositoryNames: [repo], permissions }
      const { token } = (await octokit.auth({ ...request, refresh: renew })) as { readonly token: string }
      return keepSecret(token)
    } catch (error) {
      opened = undefined
      throw refused(login, error)
    }
  }
}
