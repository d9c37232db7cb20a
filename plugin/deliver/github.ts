import type { Octokit } from 'octokit'
import { fitBody, oneLine } from '../model/inert.ts'
import { type ExpectedStop, stop } from '../model/problem.ts'
import type { Delivery } from '../model/proposal.ts'
import { type TokenSource, urlPlace } from './wire.ts'

/** A repository on GitHub or GitHub Enterprise. */
export interface Forge {
  readonly kind: 'github'
  /** `owner/name`. */
  readonly repository: string
  /** `https://HOST/api/v3` for GitHub Enterprise. */
  readonly apiUrl?: string
  readonly token: TokenSource
}

/** The pull request wanted: one a branch and base. */
export interface PullRequest {
  readonly branch: string
  readonly base: string
  readonly title: string
  /** Markdown; cut when it is too long. */
  readonly body: string
}

/** Makes the client; tests pass one without throttling. */
export type OctokitFactory = (options: {
  readonly auth: string
  readonly baseUrl: string
}) => Octokit | Promise<Octokit>

const quiet = () => undefined

/** The usual client. Loaded when first needed: it is large. */
const makeOctokit: OctokitFactory = async ({ auth, baseUrl }) => {
  const { Octokit } = await import('octokit')
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  return new Octokit({ auth, baseUrl, userAgent: 'gitops-tortoise', log })
}

interface Session {
  readonly octokit: Octokit
  readonly at: { readonly owner: string; readonly repo: string }
  readonly place: { readonly file: string }
}

async function openSession(
  { repository, apiUrl = 'https://api.github.com', token }: Forge,
  factory: OctokitFactory,
): Promise<Session> {
  const place = { file: `${urlPlace(apiUrl).replace(/\/$/, '')}/repos/${oneLine(repository)}` }
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository) ?? []
  if (owner === undefined || repo === undefined) {
    throw stop('settings.invalid', 'A GitHub repository is named owner/name', { place })
  }
  const octokit = await factory({ auth: (await token()).trim(), baseUrl: apiUrl.replace(/\/$/, '') })
  return { octokit, at: { owner, repo }, place }
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
    return 'Give a token that sees this repository, with contents: write and pull-requests: write.'
  }
  return status >= 500 ? 'Check the address and the network, then run again.' : 'Check base and branch.'
}

function refused({ place }: Session, doing: string, error: unknown): ExpectedStop {
  if (!isHttpFailure(error)) throw error
  const message = oneLine(error.message).slice(0, 300)
  return stop('forge.refused', `GitHub refused to ${doing} (HTTP ${error.status}): ${message}`, {
    place,
    mend: mend(error),
  })
}

async function findOpen(session: Session, { branch, base }: PullRequest) {
  const { octokit, at } = session
  const head = `${at.owner}:${branch}`
  const asked = octokit.rest.pulls.list({ ...at, state: 'open', head, base, per_page: 1 })
  const { data } = await asked.catch((error: unknown) => {
    throw refused(session, 'list pull requests', error)
  })
  return data[0]
}

type Found = NonNullable<Awaited<ReturnType<typeof findOpen>>>
type Opened = NonNullable<Delivery['pullRequest']>

const sameText = (left: string, right: string): boolean =>
  left.replaceAll('\r\n', '\n').trim() === right.replaceAll('\r\n', '\n').trim()

async function update(session: Session, found: Found, wanted: PullRequest): Promise<Opened> {
  const { number, html_url: url } = found
  const { title, body } = wanted
  if (found.title === title && sameText(found.body ?? '', body)) return { number, url, action: 'unchanged' }
  await session.octokit.rest.pulls
    .update({ ...session.at, pull_number: number, title, body })
    .catch((error: unknown) => {
      throw refused(session, 'update a pull request', error)
    })
  return { number, url, action: 'updated' }
}

/** Opens the one pull request of a branch, or brings its title and body up to date. */
export async function openPullRequest(
  forge: Forge,
  request: PullRequest,
  factory: OctokitFactory = makeOctokit,
): Promise<Opened> {
  const session = await openSession(forge, factory)
  const wanted = { ...request, title: oneLine(request.title), body: fitBody(request.body) }
  const found = await findOpen(session, wanted)
  if (found !== undefined) return update(session, found, wanted)
  const { branch: head, base, title, body } = wanted
  try {
    const { data } = await session.octokit.rest.pulls.create({ ...session.at, head, base, title, body })
    return { number: data.number, url: data.html_url, action: 'opened' }
  } catch (error) {
    const exists = isHttpFailure(error) && error.status === 422 && /already exists/i.test(error.message)
    const other = exists ? await findOpen(session, wanted) : undefined
    if (other === undefined) throw refused(session, 'open a pull request', error)
    return update(session, other, wanted)
  }
}
