import { z } from 'zod'
import type { Answer } from './github-answer.ts'
import { labUser } from './github-pulls.ts'
import type { LabRequest, State } from './github-state.ts'

const notFound: Answer = { status: 404, data: { message: 'Not Found' } }
const forbidden = (needs: string): Answer => ({
  status: 403,
  data: { message: 'Resource not accessible by integration' },
  headers: { 'x-accepted-github-permissions': `${needs}=write` },
})
const ok = (data: unknown, status = 200): Answer => ({ status, data })

/** A request with the parameters of its path. */
interface Call {
  readonly state: State
  readonly body: unknown
  readonly query: URLSearchParams
  readonly at: readonly string[]
}

type Handler = (call: Call) => Answer
interface Route {
  readonly method: string
  readonly path: RegExp
  readonly needs?: 'contents' | 'pull_requests' | 'issues' | 'statuses'
  readonly handler: Handler
}

/** The login of the account that the token belongs to. */
const accountOf = ({ lab }: State): string => (lab.tokenOf === 'person' ? 'ada' : 'tortoise[bot]')

const time = ({ lab }: State): string => (lab.now?.() ?? new Date()).toISOString()

const treeSchema = z.object({
  base_tree: z.string(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.enum(['100644', '100755']),
      type: z.literal('blob'),
      content: z.string(),
    }),
  ),
})
const commitSchema = z.strictObject({ message: z.string(), tree: z.string(), parents: z.array(z.string()) })

const getRef: Handler = ({ state, at: [branch = ''] }) => {
  const sha = state.bare.ref(branch)
  return sha === undefined
    ? notFound
    : ok({ ref: `refs/heads/${branch}`, object: { sha, type: 'commit', url: state.url } })
}

const matchingRefs: Handler = ({ state, at: [prefix = ''] }) =>
  ok(
    state.bare.refs(prefix).map(({ branch, sha }) => ({
      ref: `refs/heads/${branch}`,
      object: { sha, type: 'commit', url: state.url },
    })),
  )

const commitData = (state: State, sha: string) => {
  const found = state.bare.commit(sha)
  return (
    found && {
      sha,
      message: found.message,
      tree: { sha: found.tree },
      parents: found.parents.map((id) => ({ sha: id })),
      verification: state.signed.has(sha)
        ? { verified: true, reason: 'valid' }
        : { verified: false, reason: 'unsigned' },
    }
  )
}

const getCommit: Handler = ({ state, at: [sha = ''] }) => {
  const data = commitData(state, sha)
  return data === undefined ? notFound : ok(data)
}

const getTree: Handler = ({ state, at: [sha = ''], query }) =>
  ok({ sha, tree: state.bare.list(sha, query.get('recursive') !== null), truncated: false })

const getBlob: Handler = ({ state, at: [sha = ''] }) => {
  const content = state.bare.blob(sha)
  const url = `${state.url}/repos/${state.repository}/git/blobs/${sha}`
  return content === undefined
    ? notFound
    : ok({
        sha,
        node_id: `B_${sha}`,
        url,
        size: Buffer.from(content, 'base64').length,
        content,
        encoding: 'base64',
      })
}

const postTree: Handler = ({ state, body }) => {
  const { base_tree: base, tree } = treeSchema.parse(body)
  return ok({ sha: state.bare.writeTree(base, tree), tree: [], truncated: false }, 201)
}

const postCommit: Handler = ({ state, body }) => {
  const made = commitSchema.parse(body)
  const id = state.bare.writeCommit({ ...made, author: 'app' })
  if (state.lab.tokenOf !== 'person') state.signed.add(id)
  return ok(commitData(state, id), 201)
}

const findIssue = ({ state, at: [number] }: Call) =>
  state.issues.find((issue) => issue.number === Number(number))

const postIssue: Handler = ({ state, body }) => {
  const {
    title,
    body: text,
    labels,
  } = z.object({ title: z.string(), body: z.string(), labels: z.array(z.string()) }).parse(body)
  const number = state.issues.length + state.pulls.all.length + 1
  const issue = {
    number,
    title,
    body: text,
    state: 'open' as const,
    labels: labels.map((name) => ({ name })),
    user: labUser(accountOf(state)),
  }
  state.issues.push(issue)
  return ok(issue, 201)
}

const postComment: Handler = ({ state, body, at: [number = ''] }) => {
  const text = z.object({ body: z.string() }).parse(body).body
  const comment = { user: labUser(accountOf(state)), body: text, created_at: time(state) }
  state.comments.set(Number(number), [...(state.comments.get(Number(number)) ?? []), comment])
  return ok(comment, 201)
}

const reactions = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const

const postReaction: Handler = ({ state, body, at: [id = ''] }) => {
  const { content } = z.object({ content: z.enum(reactions) }).parse(body)
  state.reactions.set(Number(id), [...(state.reactions.get(Number(id)) ?? []), content])
  return ok({ content }, 201)
}

const postLabels: Handler = ({ state, body, at: [number = ''] }) => {
  const { labels } = z.object({ labels: z.array(z.string()) }).parse(body)
  const pull = state.pulls.all.find((one) => one.number === Number(number))
  if (pull === undefined) return notFound
  for (const name of labels) state.pulls.label(pull.number, accountOf(state), name)
  return ok(pull.labels)
}

const postStatus: Handler = ({ state, body, at: [sha = ''] }) => {
  const one = z
    .object({ context: z.string(), state: z.string(), description: z.string().max(140) })
    .parse(body)
  const rest = (state.statuses.get(sha) ?? []).filter(({ context }) => context !== one.context)
  state.statuses.set(sha, [...rest, one])
  return ok(one, 201)
}

const permission: Handler = ({ state, at: [login = ''] }) => {
  const own = state.lab.tokenOf === 'person' ? [accountOf(state)] : []
  const writes = [state.repository.split('/')[0], ...own, ...(state.lab.writers ?? [])].includes(login)
  return ok({ permission: writes ? 'write' : 'read', role_name: writes ? 'write' : 'read', user: null })
}

const getEvents: Handler = ({ state, query, at: [number] }) => {
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 30)]
  const all = state.pulls.events.get(Number(number)) ?? []
  const data = all.slice((page - 1) * size, page * size)
  const next = `${state.url}/repos/${state.repository}/issues/${number}/events?per_page=${size}&page=${page + 1}`
  return all.length > page * size ? { ...ok(data), headers: { link: `<${next}>; rel="next"` } } : ok(data)
}

const routes: readonly Route[] = [
  {
    method: 'GET',
    path: /^$/,
    handler: ({ state }) =>
      ok({ full_name: state.repository, node_id: state.nodeId, language: 'YAML', source: undefined }),
  },
  { method: 'GET', path: /^\/git\/ref\/heads\/(.+)$/, handler: getRef },
  { method: 'GET', path: /^\/git\/matching-refs\/heads\/(.+)$/, handler: matchingRefs },
  { method: 'GET', path: /^\/git\/commits\/(\w+)$/, handler: getCommit },
  { method: 'GET', path: /^\/git\/trees\/(\w+)$/, handler: getTree },
  { method: 'GET', path: /^\/git\/blobs\/(\w+)$/, handler: getBlob },
  { method: 'POST', path: /^\/git\/trees$/, needs: 'contents', handler: postTree },
  { method: 'POST', path: /^\/git\/commits$/, needs: 'contents', handler: postCommit },
  { method: 'GET', path: /^\/pulls$/, handler: ({ state, query }) => state.pulls.list(query) },
  {
    method: 'POST',
    path: /^\/pulls$/,
    needs: 'pull_requests',
    handler: ({ state, body }) => state.pulls.open(body, accountOf(state)),
  },
  {
    method: 'PATCH',
    path: /^\/pulls\/(\d+)$/,
    needs: 'pull_requests',
    handler: ({ state, body, at: [number] }) => state.pulls.change(Number(number), body, accountOf(state)),
  },
  {
    method: 'PUT',
    path: /^\/pulls\/(\d+)\/merge$/,
    needs: 'contents',
    handler: ({ state, body, at: [number] }) =>
      state.pulls.merge(
        Number(number),
        z
          .object({
            sha: z.string().optional(),
            commit_title: z.string().optional(),
            commit_message: z.string().optional(),
          })
          .parse(body),
      ),
  },
  {
    method: 'GET',
    path: /^\/issues$/,
    handler: ({ state, query }) =>
      ok(
        state.issues
          .filter(
            (issue) =>
              issue.state === 'open' && issue.labels.some(({ name }) => name === query.get('labels')),
          )
          // The published example is a pull request, but these are issues.
          .map((issue) => ({ ...issue, pull_request: undefined })),
      ),
  },
  { method: 'POST', path: /^\/issues$/, needs: 'issues', handler: postIssue },
  {
    method: 'PATCH',
    path: /^\/issues\/(\d+)$/,
    needs: 'issues',
    handler: (call) => {
      const issue = findIssue(call)
      if (issue === undefined) return notFound
      const patch = z.object({ title: z.string(), body: z.string() }).parse(call.body)
      if (patch.body !== issue.body)
        call.state.issueEdits.set(issue.number, { login: accountOf(call.state), at: time(call.state) })
      return ok(Object.assign(issue, patch))
    },
  },
  {
    method: 'GET',
    path: /^\/issues\/(\d+)\/comments$/,
    handler: ({ state, at: [number] }) => ok(state.comments.get(Number(number)) ?? []),
  },
  { method: 'POST', path: /^\/issues\/(\d+)\/comments$/, needs: 'pull_requests', handler: postComment },
  {
    method: 'POST',
    path: /^\/issues\/comments\/(\d+)\/reactions$/,
    needs: 'pull_requests',
    handler: postReaction,
  },
  { method: 'GET', path: /^\/issues\/(\d+)\/events$/, handler: getEvents },
  { method: 'POST', path: /^\/issues\/(\d+)\/labels$/, needs: 'pull_requests', handler: postLabels },
  { method: 'GET', path: /^\/collaborators\/([^/]+)\/permission$/, handler: permission },
  {
    method: 'GET',
    path: /^\/commits\/(\w+)\/status$/,
    handler: ({ state, at: [sha = ''] }) =>
      ok({ sha, statuses: state.statuses.get(sha) ?? [], total_count: 0 }),
  },
  { method: 'POST', path: /^\/statuses\/(\w+)$/, needs: 'statuses', handler: postStatus },
]

/** Responds to the REST requests that the client sends. */
export function answerRest(state: State, { method, path, body }: LabRequest, query: URLSearchParams): Answer {
  const prefix = `/repos/${state.repository}`
  if (!path.startsWith(prefix)) return notFound
  const below = path.slice(prefix.length)
  const route = routes.find((one) => one.method === method && one.path.test(below))
  if (route === undefined) return notFound
  if (route.needs !== undefined && state.lab.permissions?.[route.needs] === 'read')
    return forbidden(route.needs)
  return route.handler({ state, body, query, at: route.path.exec(below)?.slice(1) ?? [] })
}
