import { execFileSync } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** A pull request as the server keeps and answers it; the fields our client reads. */
interface LabPullRequest {
  readonly number: number
  readonly html_url: string
  readonly state: 'open' | 'closed'
  readonly title: string
  readonly body: string | null
  readonly head: { readonly ref: string; readonly label: string; readonly sha: string }
  readonly base: { readonly ref: string }
}

/** A small GitHub over loopback: pull requests in memory, refs in a real bare repository. */
export interface GitHubServer {
  readonly url: string
  readonly repository: string
  readonly token: string
  readonly pulls: readonly LabPullRequest[]
  /** Every request, with the body it carried. */
  readonly requests: readonly LabRequest[]
  readonly close: () => Promise<void>
}

/** A request as it came in. */
interface LabRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** Where the refs are, and how the server is to behave. */
export interface GitHubLab {
  readonly gitdir: string
  readonly repository?: string
  readonly token?: string
  /** Runs before a pull request is opened: a rival that comes first, or `403` for a token without permission. */
  readonly beforeOpen?: (open: (draft: unknown) => Answer) => Answer | undefined
}

interface Answer {
  readonly status: number
  readonly data: unknown
}

const draftSchema = z.object({ title: z.string(), body: z.string(), head: z.string(), base: z.string() })
const patchSchema = z.object({
  title: z.string().optional(),
  body: z.string().optional(),
  state: z.enum(['open', 'closed']).optional(),
})

const invalid = (message: string): Answer => ({
  status: 422,
  data: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] },
})
const notFound: Answer = { status: 404, data: { message: 'Not Found' } }

function findRef(gitdir: string, branch: string): string | undefined {
  const asked = ['--git-dir', gitdir, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]
  try {
    return execFileSync('git', asked, { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

interface State {
  readonly lab: GitHubLab
  readonly repository: string
  readonly url: string
  readonly pulls: LabPullRequest[]
}

function open({ lab, repository, url, pulls }: State, draft: unknown): Answer {
  const { title, body, head, base } = draftSchema.parse(draft)
  const label = `${repository.split('/')[0]}:${head}`
  const [sha, target] = [findRef(lab.gitdir, head), findRef(lab.gitdir, base)]
  if (sha === undefined || target === undefined) return invalid('head or base is invalid')
  if (sha === target) return invalid(`No commits between ${base} and ${head}`)
  const same = (pull: LabPullRequest) =>
    pull.state === 'open' && pull.head.label === label && pull.base.ref === base
  if (pulls.some(same)) return invalid(`A pull request already exists for ${label}.`)
  const number = pulls.length + 1
  const html_url = `${url}/${repository}/pull/${number}`
  const from = { ref: head, label, sha }
  const pull: LabPullRequest = {
    number,
    html_url,
    state: 'open',
    title,
    body,
    head: from,
    base: { ref: base },
  }
  pulls.push(pull)
  return { status: 201, data: pull }
}

function list({ pulls }: State, query: URLSearchParams): Answer {
  const matches = (name: string, value: string) =>
    !query.has(name) || query.get(name) === 'all' || query.get(name) === value
  const data = pulls.filter(
    ({ state, head, base }) =>
      matches('state', state) && matches('head', head.label) && matches('base', base.ref),
  )
  return { status: 200, data }
}

function change({ pulls }: State, number: number, patch: unknown): Answer {
  const pull = pulls[number - 1]
  if (pull === undefined) return notFound
  const { title = pull.title, body = pull.body, state = pull.state } = patchSchema.parse(patch)
  const data = { ...pull, title, body, state }
  pulls[number - 1] = data
  return { status: 200, data }
}

function answer(state: State, request: LabRequest, query: URLSearchParams): Answer {
  const { method, path, body } = request
  const [, below = '?'] = path.split(`/repos/${state.repository}`)
  const number = Number(/^\/pulls\/(\d+)$/.exec(below)?.[1] ?? 0)
  if (method === 'GET' && below === '') return { status: 200, data: { full_name: state.repository } }
  if (method === 'GET' && below === '/pulls') return list(state, query)
  if (method === 'POST' && below === '/pulls') {
    return state.lab.beforeOpen?.((draft) => open(state, draft)) ?? open(state, body)
  }
  return method === 'PATCH' && number > 0 ? change(state, number, body) : notFound
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString()
  return text === '' ? undefined : JSON.parse(text)
}

/** Starts the server. Its API is at `url`, as that of an Enterprise server would be. */
export async function startGitHubServer(lab: GitHubLab): Promise<GitHubServer> {
  const { repository = 'acme/gitops', token = 'lab-token' } = lab
  const requests: LabRequest[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state: State = { lab, repository, url, pulls: [] }
  server.on('request', async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, searchParams } = new URL(incoming.url ?? '/', url)
    const request = { method: incoming.method ?? 'GET', path, body: await readJson(incoming) }
    requests.push(request)
    const [scheme = '', given] = (incoming.headers.authorization ?? '').split(' ')
    const known = ['token', 'bearer'].includes(scheme.toLowerCase()) && given === token
    const { status, data } = known
      ? answer(state, request, searchParams)
      : { status: 401, data: { message: 'Bad credentials' } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data))
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, repository, token, pulls: state.pulls, requests, close }
}
