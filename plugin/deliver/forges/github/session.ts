import type { Octokit } from 'octokit'
import { oneLine } from '../../../model/escape-markdown.ts'
import { stop } from '../../../model/problem.ts'
import { type TokenSource, urlPlace } from '../../git/smart-http.ts'
import { headerOf, type Limit, limitOf, waitOf } from './rate-limits.ts'

/** A repository on GitHub or GitHub Enterprise. */
export interface GitHubRepository {
  readonly kind: 'github'
  /** `owner/name`. */
  readonly repository: string
  /** `https://HOST/api/v3` for GitHub Enterprise. */
  readonly apiUrl?: string
  /** Asked again when the forge says that a token has run out. */
  readonly token: TokenSource
  /** Whether to pause between writes, as github.com asks. */
  readonly paced?: boolean
}

/** Makes the client; tests pass one without throttling. */
export type OctokitFactory = (options: {
  readonly auth: string
  readonly baseUrl: string
  readonly paced: boolean
}) => Octokit | Promise<Octokit>

const quiet = () => undefined
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
const mostWaits = 3
const longestWait = 300
/** Limits are waited for here, with jitter and an end, paced or not. */
const elsewhere = (): boolean => false
/** What no repetition mends, and limits. */
const doNotRetry = [400, 401, 403, 404, 410, 422, 429, 451]

/** The usual client. Loaded when first needed: it is large. */
const makeOctokit: OctokitFactory = async ({ auth, baseUrl, paced }) => {
  const { Octokit } = await import('octokit')
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const throttle = { enabled: paced, onRateLimit: elsewhere, onSecondaryRateLimit: elsewhere }
  const retry = { doNotRetry }
  return new Octokit({ auth, baseUrl, userAgent: 'gitops-tortoise', log, throttle, retry })
}

/** A conversation with one repository. */
export interface Session {
  readonly at: { readonly owner: string; readonly repo: string }
  readonly place: { readonly file: string }
  /** Asks; renews the token once when it has run out, and waits for limits that let go soon. What fails is a `forge.refused` that says what we were doing. */
  readonly ask: <T>(doing: string, request: (octokit: Octokit) => Promise<T>) => Promise<T>
}

interface HttpFailure extends Error {
  readonly status: number
}

/** True for a failure with an HTTP status. */
export const isHttpFailure = (error: unknown): error is HttpFailure =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

const longLimit = (limit: Limit, now: number): string =>
  `Run again after ${new Date(now + limit.seconds * 1000).toISOString().slice(0, 19)}Z: the ${limit.kind} rate limit is used up.`

const allPermissions =
  'contents: write and pull-requests: write (issues: write for the dashboard, statuses: write for checks)'

/** What to do about a status. The request itself is never repeated: it carries the token. */
function hint(error: HttpFailure): string {
  const limit = limitOf(error, Date.now())
  if (limit !== undefined) return longLimit(limit, Date.now())
  const accepted = headerOf(error, 'x-accepted-github-permissions')?.replaceAll('=', ': ')
  if (error.status === 403 && accepted) return `Give the token the permission ${oneLine(accepted)}.`
  if ([401, 403, 404].includes(error.status))
    return `Give a token that sees this repository, with ${allPermissions}.`
  return error.status >= 500 ? 'Check the address and the network, then run again.' : 'Check base and branch.'
}

/** The words of GraphQL's errors, which come with status 200. */
const isGraphqlFailure = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'GraphqlResponseError'

/** The status a failure of GraphQL would have, were it one of REST. */
function asHttp(error: Error): HttpFailure | undefined {
  if (isHttpFailure(error)) return error
  if (!isGraphqlFailure(error)) return undefined
  const forbidden = /not accessible|rate limit/i.test(error.message)
  return Object.assign(error, { status: forbidden ? 403 : 422 })
}

function refused({ place }: Pick<Session, 'place'>, doing: string, error: unknown): unknown {
  const known = error instanceof Error ? asHttp(error) : undefined
  if (known === undefined) return error
  const { status } = known
  const message = oneLine(known.message).slice(0, 300)
  return stop('forge.refused', `GitHub refused to ${doing} (HTTP ${status}): ${message}`, {
    place,
    hint: hint(known),
    cause: { status },
  })
}

/** The HTTP status behind a `forge.refused`; `undefined` for any other failure. */
export function refusedStatus(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number'
    ? cause.status
    : undefined
}

/** Opens the conversation. */
export async function openSession(
  { repository, apiUrl = 'https://api.github.com', token, paced = true }: GitHubRepository,
  factory: OctokitFactory = makeOctokit,
): Promise<Session> {
  const place = { file: `${urlPlace(apiUrl).replace(/\/$/, '')}/repos/${oneLine(repository)}` }
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository) ?? []
  if (owner === undefined || repo === undefined) {
    throw stop('settings.invalid', 'A GitHub repository is named owner/name', { place })
  }
  const connect = async (renew: boolean) =>
    factory({ auth: (await token(renew)).trim(), baseUrl: apiUrl.replace(/\/$/, ''), paced })
  let octokit = await connect(false)
  const ask: Session['ask'] = async (doing, request) => {
    let renewed = false
    for (let waits = 0; ; ) {
      try {
        return await request(octokit)
      } catch (error) {
        const limit = limitOf(error, Date.now())
        const expired = isHttpFailure(error) && error.status === 401 && !renewed
        if (limit !== undefined && limit.seconds <= longestWait && waits < mostWaits) {
          waits += 1
          await pause(waitOf(limit))
        } else if (expired) {
          renewed = true
          octokit = await connect(true)
        } else throw refused({ place }, doing, error)
      }
    }
  }
  return { at: { owner, repo }, place, ask }
}
