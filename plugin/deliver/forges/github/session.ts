import type { Octokit } from 'octokit'
import { stop } from '../../../model/problem.ts'
import { oneLine, serverMessage } from '../../../model/text/clean.ts'
import { type TokenSource, urlPlace } from '../../git/smart-http.ts'
import { fetchFrom, misdirected, misdirectedHint } from '../same-server.ts'
import { headerOf, type Limit, limitOf, waitOf } from './rate-limits.ts'

/** A repository on GitHub or GitHub Enterprise. */
export interface GitHubRepository {
  readonly kind: 'github'
  /** `owner/name`. */
  readonly repository: string
  /** `https://HOST/api/v3` for GitHub Enterprise. */
  readonly apiUrl?: string
  /** Called again when the forge rejects a token as expired. */
  readonly token: TokenSource
  /** Whether to pause between writes, as github.com requires. */
  readonly paced?: boolean
}

/** Creates the client. Tests pass one without throttling. */
export type OctokitFactory = (options: {
  readonly auth: string
  readonly baseUrl: string
  readonly paced: boolean
}) => Octokit | Promise<Octokit>

const quiet = () => undefined
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
const maxWaits = 3
const maxWaitSeconds = 300
/** Octokit does not wait for rate limits: `send` does, with jitter and a maximum. */
const doNotWait = (): boolean => false
/** Statuses that a retry does not change, and rate limits. */
const doNotRetry = [400, 401, 403, 404, 410, misdirected, 422, 429, 451]

/** Creates an Octokit. The library is loaded here, because it is large. */
const makeOctokit: OctokitFactory = async ({ auth, baseUrl, paced }) => {
  const { Octokit } = await import('octokit')
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const throttle = { enabled: paced, onRateLimit: doNotWait, onSecondaryRateLimit: doNotWait }
  const retry = { doNotRetry }
  const request = { fetch: fetchFrom(baseUrl) }
  return new Octokit({ auth, baseUrl, userAgent: 'gitops-tortoise', log, throttle, retry, request })
}

/** A client for one repository. */
export interface Session {
  readonly repo: { readonly owner: string; readonly repo: string }
  readonly place: { readonly file: string }
  /**
   * Sends a request. Renews an expired token once and waits for rate limits that reset within 5 minutes. A refused request
   * throws `forge.refused` with `action` ("open a pull request") in its message.
   */
  readonly send: <T>(action: string, request: (octokit: Octokit) => Promise<T>) => Promise<T>
}

interface HttpError extends Error {
  readonly status: number
}

/** Whether an error has an HTTP status. */
export const isHttpFailure = (error: unknown): error is HttpError =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

const rateLimitHint = (limit: Limit, now: number): string =>
  `Run again after ${new Date(now + limit.seconds * 1000).toISOString().slice(0, 19)}Z: the ${limit.kind} rate limit is used up.`

const allPermissions =
  'contents: write and pull-requests: write (issues: write for the dashboard, statuses: write for checks)'

/** The hint for a failed request. It contains nothing of the request, which contains the token. */
function hint(error: HttpError): string {
  const limit = limitOf(error, Date.now())
  if (limit !== undefined) return rateLimitHint(limit, Date.now())
  const accepted = headerOf(error, 'x-accepted-github-permissions')?.replaceAll('=', ': ')
  if (error.status === 403 && accepted) return `Give the token this permission: ${oneLine(accepted)}.`
  if ([401, 403, 404].includes(error.status))
    return `Use a token that can read this repository and has ${allPermissions}.`
  if (error.status === misdirected) return misdirectedHint
  return error.status >= 500
    ? 'Check the URL and the network, then run again.'
    : 'Check deliver.base and deliver.branch.'
}

/** Whether an error is one of GraphQL, which responds with status 200. */
const isGraphqlFailure = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'GraphqlResponseError'

/** Gives a GraphQL error the status that REST would respond with. */
function asHttp(error: Error): HttpError | undefined {
  if (isHttpFailure(error)) return error
  if (!isGraphqlFailure(error)) return undefined
  const forbidden = /not accessible|rate limit/i.test(error.message)
  return Object.assign(error, { status: forbidden ? 403 : 422 })
}

function refused({ place }: Pick<Session, 'place'>, action: string, error: unknown): unknown {
  const known = error instanceof Error ? asHttp(error) : undefined
  if (known === undefined) return error
  const { status } = known
  const message = serverMessage(known.message)
  return stop('forge.refused', `GitHub refused to ${action} (HTTP ${status}): ${message}`, {
    place,
    hint: hint(known),
    cause: { status },
  })
}

/** Opens a session. Throws `settings.invalid` when the repository is not `owner/name`, and `forge.refused` without a token. */
export async function openSession(
  { repository, apiUrl = 'https://api.github.com', token, paced = true }: GitHubRepository,
  factory: OctokitFactory = makeOctokit,
): Promise<Session> {
  const place = { file: `${urlPlace(apiUrl).replace(/\/$/, '')}/repos/${oneLine(repository)}` }
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository) ?? []
  if (owner === undefined || repo === undefined) {
    throw stop('settings.invalid', 'deliver.github.repository must be owner/name', { place })
  }
  const connect = async (renew: boolean) =>
    factory({ auth: (await token(renew)).trim(), baseUrl: apiUrl.replace(/\/$/, ''), paced })
  let octokit = await connect(false)
  const send: Session['send'] = async (action, request) => {
    let renewed = false
    for (let waits = 0; ; ) {
      try {
        return await request(octokit)
      } catch (error) {
        const limit = limitOf(error, Date.now())
        const expired = isHttpFailure(error) && error.status === 401 && !renewed
        if (limit !== undefined && limit.seconds <= maxWaitSeconds && waits < maxWaits) {
          waits += 1
          await pause(waitOf(limit))
        } else if (expired) {
          renewed = true
          octokit = await connect(true)
        } else throw refused({ place }, action, error)
      }
    }
  }
  return { repo: { owner, repo }, place, send }
}
