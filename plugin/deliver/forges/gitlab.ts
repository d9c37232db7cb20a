import type { Gitlab } from '@gitbeaker/rest'
import { z } from 'zod'
import { fitBody, oneLine } from '../../model/escape-markdown.ts'
import { urlPlace } from '../git/smart-http.ts'
import type { Forge, Merging, Pull } from './forge.ts'
import { type HttpFailure, httpStatusOf, type RepositoryAccess, type Send, sendWith } from './request.ts'

const branchPrefix = 'tortoise/'
/** Which closed and merged ones are listed: the 200 that were updated last. */
const recentlyUpdated = { orderBy: 'updated_at', sort: 'desc', perPage: 100, maxPages: 2 } as const
/** The lowest access level with push access: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
const developer = 30

const mergeRequestSchema = z.object({
  iid: z.number(),
  web_url: z.string(),
  state: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.number(),
  target_project_id: z.number(),
  sha: z.string().nullable(),
  labels: z.array(z.string()),
  created_at: z.string(),
  closed_at: z.string().nullish(),
  merged_at: z.string().nullish(),
})
const noteSchema = z.object({
  author: z.object({ username: z.string() }),
  body: z.string(),
  created_at: z.string(),
  system: z.boolean(),
})
const issueSchema = z.object({ iid: z.number(), description: z.string().nullish() })
const memberSchema = z.object({ username: z.string(), access_level: z.number() })
const statusSchema = z.object({ name: z.string(), status: z.string() })

const states: Readonly<Record<string, Pull['state']>> = { opened: 'open', locked: 'open', merged: 'merged' }

function pullOf(data: z.infer<typeof mergeRequestSchema>): Pull {
  const closedAt = data.merged_at ?? data.closed_at ?? undefined
  return {
    number: data.iid,
    url: data.web_url,
    state: states[data.state] ?? 'closed',
    title: data.title,
    body: (data.description ?? '').replaceAll('\r\n', '\n'),
    branch: data.source_branch,
    base: data.target_branch,
    head: data.sha ?? '',
    labels: data.labels,
    createdAt: data.created_at,
    ...(closedAt === undefined ? {} : { closedAt }),
  }
}

/** A client for one project. */
interface Session {
  readonly project: string
  readonly api: InstanceType<typeof Gitlab>
  readonly send: Send
}

const causeSchema = z.object({ description: z.unknown(), response: z.object({ status: z.number() }) })

/** The client's errors contain the request with its token, so only status and description are read. */
function failureOf(error: unknown): HttpFailure | undefined {
  if (!(error instanceof Error)) return undefined
  const cause = causeSchema.safeParse(error.cause)
  if (cause.success)
    return { status: cause.data.response.status, message: String(cause.data.description ?? error.message) }
  return error.name === 'GitbeakerRetryError' ? { status: 429, message: error.message } : undefined
}

async function listPulls({ project, api, send }: Session): Promise<readonly Pull[]> {
  const list = (asked: { state: 'opened' } | ({ state: 'closed' | 'merged' } & typeof recentlyUpdated)) =>
    send('list merge requests', async () =>
      z.array(mergeRequestSchema).parse(await api.MergeRequests.all({ projectId: project, ...asked })),
    )
  const all = [
    ...(await list({ state: 'opened' })),
    ...(await list({ state: 'closed', ...recentlyUpdated })),
    ...(await list({ state: 'merged', ...recentlyUpdated })),
  ]
  return all
    .filter(
      (one) => one.source_branch.startsWith(branchPrefix) && one.source_project_id === one.target_project_id,
    )
    .map(pullOf)
}

async function openPull(session: Session, draft: Parameters<Forge['open']>[0]): Promise<Pull> {
  const { project, api, send } = session
  const { branch, base, title, body } = draft
  try {
    return await send('open a merge request', async () =>
      pullOf(
        mergeRequestSchema.parse(
          await api.MergeRequests.create(project, branch, base, oneLine(title), {
            description: fitBody(body),
          }),
        ),
      ),
    )
  } catch (error) {
    if (httpStatusOf(error) !== 409) throw error
    const open = (await listPulls(session)).find(
      (pull) => pull.state === 'open' && pull.branch === branch && pull.base === base,
    )
    if (open === undefined) throw error
    return open
  }
}

async function findIssue({ project, api, send }: Session, marker: string) {
  const issues = await send('list issues', async () =>
    z
      .array(issueSchema)
      .parse(await api.Issues.all({ projectId: project, state: 'opened', labels: 'tortoise' })),
  )
  const found = issues.find(({ description }) => description?.includes(marker))
  return found && { number: found.iid, body: (found.description ?? '').replaceAll('\r\n', '\n') }
}

/** Sets statuses. GitLab refuses to set a status to the state that it already has, so only the state is compared. */
async function check(
  { project, api, send }: Session,
  commit: string,
  checks: Parameters<Forge['check']>[1],
): Promise<void> {
  const shown = await send('read statuses', async () =>
    z.array(statusSchema).parse(await api.Commits.allStatuses(project, commit)),
  )
  for (const { context, state, description } of checks) {
    const wanted = state === 'success' ? 'success' : 'failed'
    if (shown.find(({ name }) => name === context)?.status === wanted) continue
    await send('set a status', () =>
      api.Commits.editStatus(project, commit, wanted, { name: context, description }),
    )
  }
}

/** Merges when the pipeline succeeds, or at once when there is none. Merges only the head that Tortoise wrote. */
async function autoMerge({ project, api, send }: Session, { number, head }: Pull): Promise<Merging> {
  try {
    return await send('merge', async () => {
      const asked = { sha: head, squash: true, autoMerge: true }
      const merged = mergeRequestSchema.parse(await api.MergeRequests.merge(project, number, asked))
      return merged.state === 'merged' ? 'merged' : 'armed'
    })
  } catch (error) {
    if (httpStatusOf(error) === undefined) throw error
    return 'refused'
  }
}

/** Opens a GitLab project through its REST API. The client library is loaded here, because it is large. */
export async function gitlabForge({ url, repository: project, token }: RepositoryAccess): Promise<Forge> {
  const { Gitlab: Client } = await import('@gitbeaker/rest')
  const api = new Client({ host: url.replace(/\/$/, ''), token: (await token()).trim() })
  const place = { file: `${urlPlace(url).replace(/\/$/, '')}/${oneLine(project)}` }
  const send = sendWith({ name: 'GitLab', place, failureOf })
  const session: Session = { project, api, send }
  return {
    name: 'GitLab',
    pulls: () => listPulls(session),
    open: (draft) => openPull(session, draft),
    update: async (number, { title, body, state }) => {
      await send('update a merge request', () =>
        api.MergeRequests.edit(project, number, {
          ...(title === undefined ? {} : { title }),
          ...(body === undefined ? {} : { description: body }),
          ...(state === undefined ? {} : { stateEvent: state === 'open' ? 'reopen' : 'close' }),
        }),
      )
    },
    addLabels: async (number, labels) => {
      await send('label a merge request', () =>
        api.MergeRequests.edit(project, number, { addLabels: labels.join(',') }),
      )
    },
    comments: async (number) => {
      const found = await send('read comments', async () =>
        z.array(noteSchema).parse(await api.MergeRequestNotes.all(project, number, { sort: 'asc' })),
      )
      return found
        .filter(({ system }) => !system)
        .map(({ author, body, created_at: at }) => ({ author: author.username, body, at }))
    },
    comment: async (number, body) => {
      await send('comment', () => api.MergeRequestNotes.create(project, number, body))
    },
    mayWrite: async (login) => {
      const members = await send('read members', async () =>
        z
          .array(memberSchema)
          .parse(await api.ProjectMembers.all(project, { includeInherited: true, query: login })),
      )
      return members.some((one) => one.username === login && one.access_level >= developer)
    },
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: async ({ title, body }, number) => {
      const description = fitBody(body)
      await (number === undefined
        ? send('open the dashboard', () =>
            api.Issues.create(project, title, { description, labels: 'tortoise' }),
          )
        : send('update the dashboard', () => api.Issues.edit(project, number, { title, description })))
    },
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
