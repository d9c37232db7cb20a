import type { Octokit } from 'octokit'
import { oneLine } from '../../../model/escape-markdown.ts'
import { type ExpectedStop, stop } from '../../../model/problem.ts'
import type { TokenSource } from '../../git/smart-http.ts'
import { isHttpFailure } from './session.ts'

/** What the token of an app may be used for. */
export type AppPermissions = Readonly<Record<string, 'read' | 'write'>>

/** A GitHub App that is installed where the repository is. */
export interface AppLogin {
  readonly id: string
  /** The private key as GitHub hands it out. */
  readonly key: () => string
  readonly permissions: AppPermissions
  /** `owner/name`. */
  readonly repository: string
  readonly apiUrl: string
}

const quiet = () => undefined

/** A client that speaks as the app itself. */
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
  })
}

/** Repeats nothing of what the key or the request held. */
function refused({ id, repository }: AppLogin, error: unknown): ExpectedStop {
  const place = { file: oneLine(repository) }
  if (!isHttpFailure(error)) {
    return stop('forge.refused', `The private key of app ${oneLine(id)} cannot be used`, {
      place,
      hint: 'Give the whole PEM file that GitHub made for the app.',
    })
  }
  const hint = new Map([
    [401, 'Check that app id and private key belong together, and the clock of this machine.'],
    [404, 'Install the app on this repository.'],
    [422, 'Accept the permissions that the app needs where it is installed.'],
  ]).get(error.status)
  const message = `GitHub gave app ${oneLine(id)} no token (HTTP ${error.status}): ${oneLine(error.message).slice(0, 300)}`
  return stop('forge.refused', message, {
    place,
    hint: hint ?? 'Check the address and the network, then run again.',
    cause: { status: error.status },
  })
}

/**
 * The token of an app for one repository, with no more permissions than needed. Kept as long as it lasts (an hour), and
 * made anew when asked to be renewed. Rejects with `forge.refused`.
 */
export function appToken(login: AppLogin): TokenSource {
  const [owner = '', repo = ''] = login.repository.split('/')
  let opened: Promise<{ octokit: Octokit; installationId: number }> | undefined
  const begin = async () => {
    const octokit = await open(login)
    const { data } = await octokit.rest.apps.getRepoInstallation({ owner, repo })
    return { octokit, installationId: data.id }
  }
  return async (renew = false) => {
    try {
      opened ??= begin()
      const { octokit, installationId } = await opened
      const { permissions } = login
      const asked = { type: 'installation', installationId, repositoryNames: [repo], permissions }
      const { token } = (await octokit.auth({ ...asked, refresh: renew })) as { readonly token: string }
      return token
    } catch (error) {
      opened = undefined
      throw refused(login, error)
    }
  }
}
