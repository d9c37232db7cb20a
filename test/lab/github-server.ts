import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessOf } from './github-access.ts'
import type { Answer } from './github-answer.ts'
import { openBare } from './github-git.ts'
import { answerGraphql } from './github-graphql.ts'
import { meterOf } from './github-limits.ts'
import { answerProblems, requestProblems, wholeAnswer } from './github-openapi.ts'
import { type LabPullRequest, labUser, pullStore } from './github-pulls.ts'
import { answerRest } from './github-rest.ts'
import type { GitHubLab, LabRequest, State } from './github-state.ts'

/** The parts of GitHub's API that the client uses, on the loopback interface. Refs, trees and commits are those of a real bare repository. */
export interface GitHubServer {
  readonly url: string
  readonly repository: string
  readonly token: string
  readonly pulls: readonly LabPullRequest[]
  /** The state of the server. */
  readonly state: State
  /** Every request with its body. */
  readonly requests: readonly LabRequest[]
  /** Expires the current token. From now on this one is valid. */
  readonly renewToken: (token: string) => void
  /** Comments on a pull request as a user. */
  readonly say: (pull: number, login: string, body: string) => void
  /** Sets a label on a pull request as a user. */
  readonly label: (pull: number, login: string, name: string) => void
  readonly close: () => Promise<void>
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString()
  return text === '' ? undefined : JSON.parse(text)
}

const unknownToken: Answer = { status: 401, data: { message: 'Bad credentials' } }

/** Returns the token of a request, in any of its forms. */
function tokenOf({ headers: { authorization = '' } }: IncomingMessage): string {
  const [scheme = '', given = ''] = authorization.split(' ')
  return ['token', 'bearer'].includes(scheme.toLowerCase()) ? given : ''
}

function stateOf(lab: GitHubLab, url: string): State {
  const { gitdir, repository = 'acme/gitops', now = () => new Date() } = lab
  const bare = openBare(gitdir)
  const issues: State['issues'] = []
  const issueEdits: State['issueEdits'] = new Map()
  const nextNumber = (): number => pulls.all.length + issues.length + 1
  const pulls = pullStore({ bare, repository, url, now, nextNumber })
  const empty = {
    signed: new Set<string>(),
    merging: new Map(),
    comments: new Map(),
    reactions: new Map(),
    statuses: new Map(),
  }
  return { lab, repository, url, nodeId: 'R_lab', bare, pulls, issues, issueEdits, ...empty }
}

/** Checks a REST request and its response against GitHub's OpenAPI description. A violation is returned as status 500. */
function byTheBook(request: LabRequest, query: URLSearchParams, handle: () => Answer): Answer {
  if (request.path === '/graphql') return handle()
  const asked = requestProblems(request, query)
  const answer: Answer =
    asked.length > 0 ? { status: 500, data: { message: `by OpenAPI, ${asked.join('; ')}` } } : handle()
  const data = wholeAnswer(request, answer.status, answer.data)
  const given = answerProblems(request, answer.status, data)
  return given.length > 0
    ? { status: 500, data: { message: `by OpenAPI, ${given.join('; ')}` } }
    : { ...answer, data }
}

/** Starts the server. Its API is at `url`, as on GitHub Enterprise. */
export async function startGitHubServer(lab: GitHubLab): Promise<GitHubServer> {
  const { token = 'lab-token' } = lab
  const [access, meter] = [accessOf(lab), meterOf(lab.limits)]
  const requests: LabRequest[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state = stateOf(lab, url)
  const handle = (request: LabRequest, query: URLSearchParams, given: string): Answer => {
    const asApp = access.answer(request, given)
    if (asApp !== undefined) return asApp
    if (!access.knows(given)) return unknownToken
    const own = meter.count(request) ?? lab.before?.(request)
    if (own !== undefined) return own
    return request.path === '/graphql'
      ? answerGraphql(state, request.body)
      : answerRest(state, request, query)
  }
  server.on('request', async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', url)
    const path = decodeURIComponent(pathname)
    const request = { method: incoming.method ?? 'GET', path, body: await readJson(incoming) }
    requests.push(request)
    const answer = byTheBook(request, searchParams, () => handle(request, searchParams, tokenOf(incoming)))
    await lab.done?.(requests.length)
    const { status, data, headers = {} } = answer
    response
      .writeHead(status, { 'content-type': 'application/json', ...meter.headers(), ...headers })
      .end(JSON.stringify(data))
  })
  const say = (pull: number, login: string, body: string): void => {
    const created_at = (lab.now?.() ?? new Date()).toISOString()
    const all = state.comments.get(pull) ?? []
    state.comments.set(pull, [...all, { user: labUser(login), body, created_at }])
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const { repository, pulls } = state
  return {
    url,
    repository,
    token,
    pulls: pulls.all,
    state,
    requests,
    renewToken: access.renew,
    say,
    label: pulls.label,
    close,
  }
}
