import type { Api } from 'gitea-js'
import { z } from 'zod'
import { fitBody, oneLine } from '../../model/escape-markdown.ts'
import { urlPlace } from '../git/smart-http.ts'
import type { Forge, Merging, Pull } from './forge.ts'
import { type HttpFailure, httpStatusOf, type RepositoryAccess, type Send, sendWith } from './request.ts'

const branchPrefix = 'tortoise/'
/** Gitea returns at most 50 entries a page. At least the 200 closed pull requests that were updated last are listed. */
const [pageSize, maxClosed] = [50, 200]
const labelColour = '#4c8c4a'

const pullSchema = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  // After a merge `ref` names the pull request. `label` keeps the name of the branch.
  head: z.object({ label: z.string(), sha: z.string(), repo_id: z.number() }),
  base: z.object({ ref: z.string(), repo_id: z.number() }),
  labels: z.array(z.object({ name: z.string() })).nullish(),
  created_at: z.string(),
  closed_at: z.string().nullish(),
  merged: z.boolean(),
  merged_at: z.string().nullish(),
})
const issueSchema = z.object({ number: z.number(), body: z.string().nullable() })
const commentSchema = z.object({
  user: z.object({ login: z.string() }).nullable(),
  body: z.string(),
  created_at: z.string(),
})
const statusSchema = z.object({ context: z.string(), status: z.string(), description: z.string() })
const labelSchema = z.object({ name: z.string() })

type GiteaPull = z.infer<typeof pullSchema>

function pullOf(data: GiteaPull): Pull {
  const closedAt = data.merged_at ?? data.closed_at ?? undefined
  return {
    number: data.number,
    url: data.html_url,
    state: data.merged ? 'merged' : data.state === 'open' ? 'open' : 'closed',
    title: data.title,
    body: (data.body ?? '').replaceAll('\r\n', '\n'),
    branch: data.head.label,
    base: data.base.ref,
    head: data.head.sha,
    labels: (data.labels ?? []).map(({ name }) => name),
    createdAt: data.created_at,
    ...(closedAt === undefined ? {} : { closedAt }),
  }
}

/** A client for one repository. */
interface Session {
  readonly owner: string
  readonly repo: string
  readonly api: Api<unknown>
  readonly send: Send
}

/** The client rejects with the response, which it gives an `error` property. */
function failureOf(error: unknown): HttpFailure | undefined {
  if (!(error instanceof Response)) return undefined
  const body: unknown = 'error' in error ? error.error : undefined
  const message = z.object({ message: z.string() }).safeParse(body)
  return { status: error.status, message: message.success ? message.data.message : error.statusText }
}

/** Reads pages until one is not full or `max` entries are read. */
async function readPages<T>(
  schema: z.ZodType<T>,
  get: (page: number) => Promise<{ readonly data: unknown }>,
  max = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  const all: T[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await get(page)
    const found = z.array(schema).parse(data ?? [])
    all.push(...found)
    if (found.length < pageSize || all.length >= max) return all
  }
}

async function listPulls({ owner, repo, api, send }: Session): Promise<readonly Pull[]> {
  const list = (state: 'open' | 'closed', max?: number) =>
    send('list pull requests', () =>
      readPages(
        pullSchema,
        (page) =>
          api.repos.repoListPullRequests(owner, repo, { state, sort: 'recentupdate', page, limit: pageSize }),
        max,
      ),
    )
  const all = [...(await list('open')), ...(await list('closed', maxClosed))]
  return all
    .filter(({ head, base }) => head.label.startsWith(branchPrefix) && head.repo_id === base.repo_id)
    .map(pullOf)
}

async function openPull(session: Session, draft: Parameters<Forge['open']>[0]): Promise<Pull> {
  const { owner, repo, api, send } = session
  const { branch: head, base, title, body } = draft
  try {
    const asked = { head, base, title: oneLine(title), body: fitBody(body) }
    const { data } = await send('open a pull request', () =>
      api.repos.repoCreatePullRequest(owner, repo, asked),
    )
    return pullOf(pullSchema.parse(data))
  } catch (error) {
    if (httpStatusOf(error) !== 409) throw error
    const open = (await listPulls(session)).find(
      (pull) => pull.state === 'open' && pull.branch === head && pull.base === base,
    )
    if (open === undefined) throw error
    return open
  }
}

/** Returns the ids of labels, which Gitea needs in place of their names. Creates the labels that the repository lacks. */
async function labelIds({ owner, repo, api, send }: Session, names: readonly string[]) {
  const schema = labelSchema.extend({ id: z.number() })
  const known = await send('list labels', () =>
    readPages(schema, (page) => api.repos.issueListLabels(owner, repo, { page, limit: pageSize })),
  )
  const ids: number[] = []
  for (const name of names) {
    const found = known.find((label) => label.name === name)
    const create = async () =>
      schema.parse(
        (
          await send('create a label', () =>
            api.repos.issueCreateLabel(owner, repo, { name, color: labelColour }),
          )
        ).data,
      )
    ids.push((found ?? (await create())).id)
  }
  return ids
}

async function findIssue({ owner, repo, api, send }: Session, marker: string) {
  const issues = await send('list issues', () =>
    readPages(issueSchema, (page) =>
      api.repos.issueListIssues(owner, repo, {
        state: 'open',
        labels: 'tortoise',
        type: 'issues',
        page,
        limit: pageSize,
      }),
    ),
  )
  const found = issues.find(({ body }) => body?.includes(marker))
  return found && { number: found.number, body: (found.body ?? '').replaceAll('\r\n', '\n') }
}

async function check(
  { owner, repo, api, send }: Session,
  commit: string,
  checks: Parameters<Forge['check']>[1],
): Promise<void> {
  const shown = await send('read statuses', () =>
    readPages(statusSchema, (page) =>
      api.repos.repoListStatuses(owner, repo, commit, { sort: 'recentupdate', page, limit: pageSize }),
    ),
  )
  for (const { context, state, description } of checks) {
    const newest = shown.find((one) => one.context === context)
    if (newest?.status === state && newest.description === description) continue
    await send('set a status', () =>
      api.repos.repoCreateStatus(owner, repo, commit, { context, state, description }),
    )
  }
}

/** Merges when the checks succeed, or at once when there are none. Merges only the head that Tortoise wrote. */
async function autoMerge({ owner, repo, api, send }: Session, { number, head }: Pull): Promise<Merging> {
  try {
    await send('merge', () =>
      api.repos.repoMergePullRequest(owner, repo, number, {
        Do: 'squash',
        head_commit_id: head,
        merge_when_checks_succeed: true,
      }),
    )
  } catch (error) {
    // A conflict means that auto-merge is armed already.
    const status = httpStatusOf(error)
    if (status === 409) return 'armed'
    if (status === undefined) throw error
    return 'refused'
  }
  const { data } = await send('read a pull request', () => api.repos.repoGetPullRequest(owner, repo, number))
  return pullSchema.parse(data).merged ? 'merged' : 'armed'
}

/** Whether a user may push. Only administrators may read permissions; with another token the answer is always no. */
async function mayWrite({ owner, repo, api, send }: Session, login: string): Promise<boolean> {
  try {
    const { data } = await send('read a permission', () =>
      api.repos.repoGetRepoPermissions(owner, repo, login),
    )
    return ['write', 'admin', 'owner'].includes(String(data.permission))
  } catch (error) {
    if ([403, 404].includes(httpStatusOf(error) ?? 0)) return false
    throw error
  }
}

/** Opens a Gitea or Forgejo repository through the REST API. The client library is loaded here, because it is large. */
export async function giteaForge({ url, repository, token }: RepositoryAccess): Promise<Forge> {
  const [owner = '', repo = ''] = repository.split('/')
  const { giteaApi } = await import('gitea-js')
  const api = giteaApi(url.replace(/\/$/, ''), { token: (await token()).trim() })
  const place = { file: `${urlPlace(url).replace(/\/$/, '')}/${oneLine(repository)}` }
  const send = sendWith({ name: 'Gitea', place, failureOf })
  const session: Session = { owner, repo, api, send }
  return {
    name: 'Gitea',
    pulls: () => listPulls(session),
    open: (draft) => openPull(session, draft),
    update: async (number, patch) => {
      await send('update a pull request', () => api.repos.repoEditPullRequest(owner, repo, number, patch))
    },
    addLabels: async (number, names) => {
      const labels = await labelIds(session, names)
      await send('label a pull request', () => api.repos.issueAddLabel(owner, repo, number, { labels }))
    },
    comments: async (number) => {
      const { data } = await send('read comments', () => api.repos.issueGetComments(owner, repo, number))
      const found = z.array(commentSchema).parse(data ?? [])
      return found.map(({ user, body, created_at: at }) => ({ author: user?.login ?? '', body, at }))
    },
    comment: async (number, body) => {
      await send('comment', () => api.repos.issueCreateComment(owner, repo, number, { body }))
    },
    mayWrite: (login) => mayWrite(session, login),
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: async ({ title, body }, number) => {
      const text = fitBody(body)
      if (number !== undefined) {
        await send('update the dashboard', () =>
          api.repos.issueEditIssue(owner, repo, number, { title, body: text }),
        )
        return
      }
      const labels = await labelIds(session, ['tortoise'])
      await send('open the dashboard', () =>
        api.repos.issueCreateIssue(owner, repo, { title, body: text, labels }),
      )
    },
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
