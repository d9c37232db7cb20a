import type { Api } from 'gitea-js'
import { z } from 'zod'
import { fitBody, oneLine } from '../../model/escape-markdown.ts'
import { type TokenSource, urlPlace } from '../git/smart-http.ts'
import type { Forge, Merging, Pull } from './forge.ts'
import { refusedStatus } from './github/session.ts'
import { type Ask, asking, type Refusal } from './request.ts'

/** A repository of a forge, by its address. */
export interface HostedRepository {
  /** Base URL of the forge. */
  readonly url: string
  /** `owner/name`; GitLab takes groups within groups too. */
  readonly repository: string
  readonly token: TokenSource
}

const ours = 'tortoise/'
/** Closed pull requests that are remembered, newest first; Gitea gives at most fifty at once. */
const [pageSize, mostClosed] = [50, 200]
const labelColour = '#4c8c4a'

const pullSchema = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  // After a merge the ref is that of the pull request; the label keeps the name of the branch.
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

/** A conversation with one repository. */
interface Session {
  readonly owner: string
  readonly repo: string
  readonly api: Api<unknown>
  readonly ask: Ask
}

/** The client rejects with the response itself. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Response)) return undefined
  const told: unknown = 'error' in error ? error.error : undefined
  const message = z.object({ message: z.string() }).safeParse(told)
  return { status: error.status, message: message.success ? message.data.message : error.statusText }
}

/** Pages of a list, until one is not full or there are enough. */
async function pages<T>(
  schema: z.ZodType<T>,
  get: (page: number) => Promise<{ readonly data: unknown }>,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  const all: T[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await get(page)
    const found = z.array(schema).parse(data ?? [])
    all.push(...found)
    if (found.length < pageSize || all.length >= most) return all
  }
}

async function listPulls({ owner, repo, api, ask }: Session): Promise<readonly Pull[]> {
  const list = (state: 'open' | 'closed', most?: number) =>
    ask('list pull requests', () =>
      pages(
        pullSchema,
        (page) =>
          api.repos.repoListPullRequests(owner, repo, { state, sort: 'recentupdate', page, limit: pageSize }),
        most,
      ),
    )
  const all = [...(await list('open')), ...(await list('closed', mostClosed))]
  return all
    .filter(({ head, base }) => head.label.startsWith(ours) && head.repo_id === base.repo_id)
    .map(pullOf)
}

async function openPull(session: Session, draft: Parameters<Forge['open']>[0]): Promise<Pull> {
  const { owner, repo, api, ask } = session
  const { branch: head, base, title, body } = draft
  try {
    const asked = { head, base, title: oneLine(title), body: fitBody(body) }
    const { data } = await ask('open a pull request', () =>
      api.repos.repoCreatePullRequest(owner, repo, asked),
    )
    return pullOf(pullSchema.parse(data))
  } catch (error) {
    if (refusedStatus(error) !== 409) throw error
    const open = (await listPulls(session)).find(
      (pull) => pull.state === 'open' && pull.branch === head && pull.base === base,
    )
    if (open === undefined) throw error
    return open
  }
}

/** Gitea takes the numbers of labels; those that the repository has not are made. */
async function labelIds({ owner, repo, api, ask }: Session, names: readonly string[]) {
  const schema = labelSchema.extend({ id: z.number() })
  const known = await ask('list labels', () =>
    pages(schema, (page) => api.repos.issueListLabels(owner, repo, { page, limit: pageSize })),
  )
  const ids: number[] = []
  for (const name of names) {
    const found = known.find((label) => label.name === name)
    const made = async () =>
      schema.parse(
        (
          await ask('make a label', () =>
            api.repos.issueCreateLabel(owner, repo, { name, color: labelColour }),
          )
        ).data,
      )
    ids.push((found ?? (await made())).id)
  }
  return ids
}

async function findIssue({ owner, repo, api, ask }: Session, marker: string) {
  const issues = await ask('list issues', () =>
    pages(issueSchema, (page) =>
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
  { owner, repo, api, ask }: Session,
  commit: string,
  checks: Parameters<Forge['check']>[1],
): Promise<void> {
  const shown = await ask('read checks', () =>
    pages(statusSchema, (page) =>
      api.repos.repoListStatuses(owner, repo, commit, { sort: 'recentupdate', page, limit: pageSize }),
    ),
  )
  for (const { context, state, description } of checks) {
    const newest = shown.find((one) => one.context === context)
    if (newest?.status === state && newest.description === description) continue
    await ask('show a check', () =>
      api.repos.repoCreateStatus(owner, repo, commit, { context, state, description }),
    )
  }
}

/** Merges once the checks are green; where nothing is left to wait for, at once. Only the head that we wrote. */
async function autoMerge({ owner, repo, api, ask }: Session, { number, head }: Pull): Promise<Merging> {
  try {
    await ask('merge', () =>
      api.repos.repoMergePullRequest(owner, repo, number, {
        Do: 'squash',
        head_commit_id: head,
        merge_when_checks_succeed: true,
      }),
    )
  } catch (error) {
    // Conflict: it is armed already.
    const status = refusedStatus(error)
    if (status === 409) return 'armed'
    if (status === undefined) throw error
    return 'refused'
  }
  const { data } = await ask('read a pull request', () => api.repos.repoGetPullRequest(owner, repo, number))
  return pullSchema.parse(data).merged ? 'merged' : 'armed'
}

/** Whether somebody may push. Only those who run the repository may ask; to others nobody is known to. */
async function mayWrite({ owner, repo, api, ask }: Session, login: string): Promise<boolean> {
  try {
    const { data } = await ask('read a permission', () =>
      api.repos.repoGetRepoPermissions(owner, repo, login),
    )
    return ['write', 'admin', 'owner'].includes(String(data.permission))
  } catch (error) {
    if ([403, 404].includes(refusedStatus(error) ?? 0)) return false
    throw error
  }
}

/** Gitea and Forgejo, by their REST API. Loaded when first needed. */
export async function giteaForge({ url, repository, token }: HostedRepository): Promise<Forge> {
  const [owner = '', repo = ''] = repository.split('/')
  const { giteaApi } = await import('gitea-js')
  const api = giteaApi(url.replace(/\/$/, ''), { token: (await token()).trim() })
  const place = { file: `${urlPlace(url).replace(/\/$/, '')}/${oneLine(repository)}` }
  const ask = asking({ name: 'Gitea', place, refusalOf })
  const session: Session = { owner, repo, api, ask }
  return {
    name: 'Gitea',
    pulls: () => listPulls(session),
    open: (draft) => openPull(session, draft),
    update: async (number, patch) => {
      await ask('update a pull request', () => api.repos.repoEditPullRequest(owner, repo, number, patch))
    },
    addLabels: async (number, names) => {
      const labels = await labelIds(session, names)
      await ask('label a pull request', () => api.repos.issueAddLabel(owner, repo, number, { labels }))
    },
    comments: async (number) => {
      const { data } = await ask('read comments', () => api.repos.issueGetComments(owner, repo, number))
      const found = z.array(commentSchema).parse(data ?? [])
      return found.map(({ user, body, created_at: at }) => ({ author: user?.login ?? '', body, at }))
    },
    comment: async (number, body) => {
      await ask('comment', () => api.repos.issueCreateComment(owner, repo, number, { body }))
    },
    mayWrite: (login) => mayWrite(session, login),
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: async ({ title, body }, number) => {
      const text = fitBody(body)
      if (number !== undefined) {
        await ask('update the dashboard', () =>
          api.repos.issueEditIssue(owner, repo, number, { title, body: text }),
        )
        return
      }
      const labels = await labelIds(session, ['tortoise'])
      await ask('open the dashboard', () =>
        api.repos.issueCreateIssue(owner, repo, { title, body: text, labels }),
      )
    },
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
