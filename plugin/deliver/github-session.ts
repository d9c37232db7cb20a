import type { Octokit } from 'octokit'
import { oneLine } from '../model/inert.ts'
import { stop } from '../model/problem.ts'
import { type TokenSource, urlPlace } from './wire.ts'

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
const mostRetries = 3
const longestWait = 300

/** A rate limit is waited for when that is soon, a few times. */
const patient = (after: number, _: unknown, __: unknown, retries: number): boolean =>
  after <= longestWait && retries < mostRetries

/** The usual client. Loaded when first needed: it is large. */
const makeOctokit: OctokitFactory = async ({ auth, baseUrl, paced }) => {
  const { Octokit } = await import('octokit')
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const throttle = { enabled: paced, onRateLimit: patient, onSecondaryRateLimit: patient }
  return new Octokit({ auth, baseUrl, userAgent: 'gitops-tortoise', log, throttle })
}

/** A conversation with one repository. */
export interface Session {
  readonly at: { readonly owner: string; readonly repo: string }
  readonly place: { readonly file: string }
  /** Asks; renews the token once when it has run out. What fails is a `forge.refused` that says what we were doing. */
  readonly ask: <T>(doing: string, request: (octokit: Octokit) => Promise<T>) => Promise<T>
}

interface HttpFailure extends Error {
  readonly status: number
}

const isHttpFailure = (error: unknown): error is HttpFailure =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

/** What to do about a status. The request itself is never repeated: it carries the token. */
function mend({ status, message }: HttpFailure): string {
  if (status === 429 || /rate limit/i.test(message)) return 'Run again later: the rate limit is used up.'
  if ([401, 403, 404].includes(status)) {
    return 'Give a token that sees this repository, with contents: write and pull-requests: write (issues: write for the dashboard, statuses: write for checks).'
  }
  return status >= 500 ? 'Check the address and the network, then run again.' : 'Check base and branch.'
}

/** The words of GraphQL's errors, which come with status 200. */
const isGraphqlFailure = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'GraphqlResponseError'

function refused({ place }: Pick<Session, 'place'>, doing: string, error: unknown): unknown {
  const known = isHttpFailure(error) || isGraphqlFailure(error)
  if (!known) return error
  const status = isHttpFailure(error) ? error.status : 422
  const message = oneLine(error.message).slice(0, 300)
  return stop('forge.refused', `GitHub refused to ${doing} (HTTP ${status}): ${message}`, {
    place,
    mend: mend(Object.assign(new Error(message), { status })),
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
  const connect = async () =>
    factory({ auth: (await token()).trim(), baseUrl: apiUrl.replace(/\/$/, ''), paced })
  let octokit = await connect()
  const ask: Session['ask'] = async (doing, request) => {
    try {
      return await request(octokit)
    } catch (error) {
      if (!isHttpFailure(error) || error.status !== 401) throw refused({ place }, doing, error)
      octokit = await connect()
      return request(octokit).catch((again: unknown) => {
        throw refused({ place }, doing, again)
      })
    }
  }
  return { at: { owner, repo }, place, ask }
}
