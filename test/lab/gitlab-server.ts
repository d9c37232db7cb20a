import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { serveGit } from './git-server.ts'
import { type BareRepository, openBare } from './github-git.ts'

/** The response of a handler. */
interface Answer {
  readonly status: number
  readonly data: unknown
}

/** A merge request with fields of https://docs.gitlab.com/api/merge_requests, as the server stores and returns it. */
interface LabMergeRequest {
  readonly iid: number
  readonly web_url: string
  readonly source_branch: string
  readonly target_branch: string
  readonly source_project_id: number
  readonly target_project_id: number
  readonly author: { readonly username: string }
  readonly created_at: string
  title: string
  description: string
  state: 'opened' | 'closed' | 'merged'
  sha: string
  labels: string[]
  closed_at: string | null
  merged_at: string | null
}

interface Note {
  readonly author: { readonly username: string }
  readonly body: string
  readonly created_at: string
  readonly system: boolean
}

/** An event of https://docs.gitlab.com/api/resource_label_events */
interface LabelEvent {
  readonly user: { readonly username: string }
  readonly created_at: string
  readonly label: { readonly name: string }
  readonly action: 'add' | 'remove'
}

/** An event of https://docs.gitlab.com/api/resource_state_events */
interface StateEvent {
  readonly user: { readonly username: string }
  readonly created_at: string
  readonly state: 'closed' | 'reopened'
}

interface Issue {
  readonly iid: number
  title: string
  description: string
  readonly labels: readonly string[]
  readonly author: { readonly username: string }
}

/** The repository and behaviour of the server. */
export interface GitLabLab {
  readonly gitdir: string
  readonly members?: Readonly<Record<string, number>>
  /** Whether a pipeline runs, so that a merge must wait for it. */
  readonly pipeline?: boolean
}

/** The parts of GitLab's API that the client uses, and Git over HTTP, on the loopback interface, for one real bare repository. */
export interface GitLabServer {
  readonly url: string
  readonly token: string
  readonly project: string
  readonly requests: readonly string[]
  readonly mergeRequests: readonly LabMergeRequest[]
  readonly issues: readonly Issue[]
  readonly notes: ReadonlyMap<number, readonly Note[]>
  readonly statuses: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly say: (iid: number, username: string, body: string) => void
  /** Changes a merge request as a user: sets labels, edits the description, closes or reopens it. */
  readonly change: (iid: number, username: string, patch: LabPatch) => void
  /** Opens a merge request from a fork of a user, and closes it. */
  readonly fork: (username: string, branch: string, description: string) => void
  readonly merge: (iid: number) => void
  readonly close: () => Promise<void>
}

/** What a user changes. */
export interface LabPatch {
  readonly description?: string
  readonly state_event?: 'close' | 'reopen'
  readonly add_labels?: string
}

/** The state of the server. */
interface State {
  readonly lab: GitLabLab
  readonly bare: BareRepository
  readonly url: string
  readonly mergeRequests: LabMergeRequest[]
  readonly issues: Issue[]
  readonly notes: Map<number, Note[]>
  readonly labelEvents: Map<number, LabelEvent[]>
  readonly stateEvents: Map<number, StateEvent[]>
  readonly statuses: Map<string, Map<string, string>>
}

interface Call {
  readonly state: State
  readonly body: unknown
  readonly query: URLSearchParams
  readonly at: readonly string[]
}

const project = 'shop/platform/gitops'
/** The user name of the token's account. */
const account = 'tortoise'
const ok = (data: unknown, status = 200): Answer => ({ status, data })
const refuse = (status: number, message: unknown): Answer => ({ status, data: { message } })
const time = (): string => new Date().toISOString()

/** Updates the heads of open merge requests. Closes those whose branch does not exist any more. */
function settle({ mergeRequests, bare }: State): void {
  for (const one of mergeRequests.filter(({ state }) => state === 'opened')) {
    const sha = bare.ref(one.source_branch)
    if (sha === undefined) Object.assign(one, { state: 'closed', closed_at: time() })
    else one.sha = sha
  }
}

const find = ({ state, at: [iid] }: Call) => state.mergeRequests.find((one) => one.iid === Number(iid))

function list({ state, query }: Call): Answer {
  settle(state)
  const [wanted, branch] = [query.get('state') ?? 'all', query.get('source_branch')]
  // Without `in`, GitLab searches titles as well.
  const text = query.get('in') === 'description' ? query.get('search') : null
  const found = state.mergeRequests.filter(
    (one) =>
      (wanted === 'all' || one.state === wanted) &&
      (branch === null || one.source_branch === branch) &&
      (text === null || one.description.toLowerCase().includes(text.toLowerCase())),
  )
  return ok(found.reverse())
}

const draftSchema = z.object({
  source_branch: z.string(),
  target_branch: z.string(),
  title: z.string(),
  description: z.string().max(1_048_576),
})

function create({ state, body }: Call): Answer {
  const draft = draftSchema.parse(body)
  const sha = state.bare.ref(draft.source_branch)
  if (sha === undefined || state.bare.ref(draft.target_branch) === undefined)
    return refuse(400, { source_branch: ['does not exist'] })
  const open = state.mergeRequests.some(
    (one) => one.state === 'opened' && one.source_branch === draft.source_branch,
  )
  if (open) return refuse(409, ['Another open merge request already exists for this source branch'])
  const iid = state.mergeRequests.length + 1
  const made: LabMergeRequest = {
    ...draft,
    iid,
    web_url: `${state.url}/${project}/-/merge_requests/${iid}`,
    source_project_id: 1,
    target_project_id: 1,
    author: { username: account },
    created_at: time(),
    state: 'opened',
    sha,
    labels: [],
    closed_at: null,
    merged_at: null,
  }
  state.mergeRequests.push(made)
  return ok(made, 201)
}

const patchSchema = z.strictObject({
  title: z.string().optional(),
  description: z.string().optional(),
  state_event: z.enum(['close', 'reopen']).optional(),
  add_labels: z.string().optional(),
})

const append = <T>(lists: Map<number, T[]>, iid: number, one: T): void => {
  lists.set(iid, [...(lists.get(iid) ?? []), one])
}

/** Changes a merge request, with the events and the note that GitLab records. */
function change(
  state: State,
  one: LabMergeRequest,
  { username, patch }: { username: string; patch: unknown },
) {
  const { state_event: event, add_labels: labels, ...texts } = patchSchema.parse(patch)
  const { iid } = one
  const by = { user: { username }, created_at: time() }
  if (texts.description !== undefined && texts.description !== one.description)
    append(state.notes, iid, {
      author: { username },
      body: 'changed the description',
      created_at: time(),
      system: true,
    })
  Object.assign(one, texts)
  for (const name of labels?.split(',') ?? []) {
    if (one.labels.includes(name)) continue
    one.labels = [...one.labels, name]
    append(state.labelEvents, iid, { ...by, label: { name }, action: 'add' })
  }
  if (event === 'close' && one.state === 'opened') {
    Object.assign(one, { state: 'closed', closed_at: time() })
    append(state.stateEvents, iid, { ...by, state: 'closed' })
  }
  if (event === 'reopen' && one.state === 'closed') {
    Object.assign(one, { state: 'opened', closed_at: null })
    append(state.stateEvents, iid, { ...by, state: 'reopened' })
  }
  settle(state)
}

function edit(call: Call): Answer {
  const one = find(call)
  if (one === undefined) return refuse(404, '404 Not found')
  change(call.state, one, { username: account, patch: call.body })
  return ok(one)
}

/** Merges by squash, as the button does. */
function merge(state: State, one: LabMergeRequest): Answer {
  const base = state.bare.ref(one.target_branch) ?? ''
  const head = state.bare.commit(one.sha)
  if (head === undefined || head.parents[0] !== base) return refuse(406, 'Branch cannot be merged')
  const made = state.bare.writeCommit({
    tree: head.tree,
    parents: [base],
    message: one.title,
    author: 'gitlab',
  })
  state.bare.move(`refs/heads/${one.target_branch}`, base, made)
  return ok(Object.assign(one, { state: 'merged', merged_at: time() }))
}

function accept(call: Call): Answer {
  const one = find(call)
  if (one === undefined) return refuse(404, '404 Not found')
  const { sha, auto_merge: auto } = z.object({ sha: z.string(), auto_merge: z.boolean() }).parse(call.body)
  if (sha !== one.sha) return refuse(409, 'SHA does not match HEAD of source branch')
  if (one.state !== 'opened') return refuse(405, '405 Method Not Allowed')
  return auto && call.state.lab.pipeline === true ? ok(one) : merge(call.state, one)
}

function addNote(call: Call): Answer {
  const { body } = z.object({ body: z.string() }).parse(call.body)
  const note = { author: { username: account }, body, created_at: time(), system: false }
  const iid = Number(call.at[0])
  call.state.notes.set(iid, [...(call.state.notes.get(iid) ?? []), note])
  return ok(note, 201)
}

function setStatus({ state, body, at: [sha = ''] }: Call): Answer {
  const one = z.object({ state: z.enum(['success', 'failed']), name: z.string() }).parse(body)
  const shown = state.statuses.get(sha) ?? new Map<string, string>()
  if (shown.get(one.name) === one.state) return refuse(400, 'Cannot transition status')
  state.statuses.set(sha, shown.set(one.name, one.state))
  return ok({ name: one.name, status: one.state }, 201)
}

function writeIssue({ state, body, at: [iid] }: Call): Answer {
  const { labels = '', ...texts } = z
    .object({ title: z.string(), description: z.string(), labels: z.string().optional() })
    .parse(body)
  const known = state.issues.find((one) => one.iid === Number(iid))
  if (known !== undefined) return ok(Object.assign(known, texts))
  const author = { username: account }
  const issue = { iid: state.issues.length + 1, ...texts, labels: labels.split(','), author }
  state.issues.push(issue)
  return ok(issue, 201)
}

const routes: readonly (readonly [string, RegExp, (call: Call) => Answer])[] = [
  ['GET', /^\/merge_requests$/, list],
  ['POST', /^\/merge_requests$/, create],
  ['PUT', /^\/merge_requests\/(\d+)$/, edit],
  ['PUT', /^\/merge_requests\/(\d+)\/merge$/, accept],
  [
    'GET',
    /^\/merge_requests\/(\d+)\/notes$/,
    ({ state, at: [iid] }) => ok(state.notes.get(Number(iid)) ?? []),
  ],
  ['POST', /^\/merge_requests\/(\d+)\/notes$/, addNote],
  [
    'GET',
    /^\/merge_requests\/(\d+)\/resource_label_events$/,
    ({ state, at: [iid] }) => ok(state.labelEvents.get(Number(iid)) ?? []),
  ],
  [
    'GET',
    /^\/merge_requests\/(\d+)\/resource_state_events$/,
    ({ state, at: [iid] }) => ok(state.stateEvents.get(Number(iid)) ?? []),
  ],
  [
    'GET',
    /^\/members\/all$/,
    ({ state: { lab }, query }) =>
      ok(
        Object.entries(lab.members ?? {})
          .filter(([username]) => username.includes(query.get('query') ?? ''))
          .map(([username, access_level]) => ({ username, access_level })),
      ),
  ],
  [
    'GET',
    /^\/issues$/,
    ({ state, query }) => ok(state.issues.filter(({ labels }) => labels.includes(query.get('labels') ?? ''))),
  ],
  ['POST', /^\/issues$/, writeIssue],
  ['PUT', /^\/issues\/(\d+)$/, writeIssue],
  [
    'GET',
    /^\/repository\/commits\/(\w+)\/statuses$/,
    ({ state, at: [sha = ''] }) =>
      ok([...(state.statuses.get(sha) ?? [])].map(([name, status]) => ({ name, status }))),
  ],
  ['POST', /^\/statuses\/(\w+)$/, setStatus],
]

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString()
  if (text === '') return {}
  const form = request.headers['content-type']?.includes('json') !== true
  return form ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)
}

/** Starts the server. */
export async function startGitLabServer(lab: GitLabLab): Promise<GitLabServer> {
  const token = 'glpat-lab'
  const requests: string[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const events = { labelEvents: new Map(), stateEvents: new Map() }
  const held = { mergeRequests: [], issues: [], notes: new Map(), statuses: new Map(), ...events }
  const state: State = { lab, bare: openBare(lab.gitdir), url, ...held }
  const prefix = `/api/v4/projects/${encodeURIComponent(project)}`
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', url)
    if (request.headers['private-token'] !== token) return refuse(401, '401 Unauthorized')
    if (pathname === '/api/v4/user') return ok({ username: account })
    if (!pathname.startsWith(prefix)) return refuse(404, '404 Project Not Found')
    const below = pathname.slice(prefix.length)
    const route = routes.find(([method, path]) => method === request.method && path.test(below))
    if (route === undefined) return refuse(404, '404 Not Found')
    const at = route[1].exec(below)?.slice(1) ?? []
    return route[2]({ state, query, at, body: await readBody(request) })
  }
  const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  server.on('request', async (request, response) => {
    if (request.url?.startsWith(`/${project}.git/`)) {
      if (request.headers.authorization !== basic) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end()
        return
      }
      request.url = request.url.replace(`/${project}.git`, `/${basename(lab.gitdir)}`)
      serveGit(dirname(lab.gitdir), request, response)
      return
    }
    requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`)
    const { status, data } = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data))
  })
  const say = (iid: number, username: string, body: string): void => {
    const note = { author: { username }, body, created_at: time(), system: false }
    state.notes.set(iid, [...(state.notes.get(iid) ?? []), note])
  }
  const changeAs: GitLabServer['change'] = (iid, username, patch) => {
    const one = state.mergeRequests.find((known) => known.iid === iid)
    if (one !== undefined) change(state, one, { username, patch })
  }
  const fork: GitLabServer['fork'] = (username, branch, description) => {
    const iid = state.mergeRequests.length + 1
    state.mergeRequests.push({
      iid,
      web_url: `${url}/${project}/-/merge_requests/${iid}`,
      source_branch: branch,
      target_branch: 'main',
      source_project_id: 2,
      target_project_id: 1,
      author: { username },
      created_at: time(),
      title: 'from a fork',
      description,
      state: 'closed',
      sha: '0'.repeat(40),
      labels: [],
      closed_at: time(),
      merged_at: null,
    })
  }
  const byButton = (iid: number): void => {
    const one = state.mergeRequests.find((known) => known.iid === iid)
    if (one !== undefined) merge(state, one)
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const { mergeRequests, issues, notes, statuses } = state
  return {
    url,
    token,
    project,
    requests,
    mergeRequests,
    issues,
    notes,
    statuses,
    say,
    change: changeAs,
    fork,
    merge: byButton,
    close,
  }
}
