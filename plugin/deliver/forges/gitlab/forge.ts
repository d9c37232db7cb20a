import { z } from 'zod'
import { oneLine } from '../../../model/text/clean.ts'
import { fitBody } from '../../../model/text/markdown.ts'
import { urlPlace } from '../../git/smart-http.ts'
import type { Check, Forge } from '../forge.ts'
import { type RepositoryAccess, sendWith } from '../request.ts'
import { fetchFrom } from '../same-server.ts'
import { readAccount, readActs, readLastEdit } from './acts.ts'
import { autoMerge, listPulls, openPull, pullsFrom, readComments, updatePull } from './merge-requests.ts'
import { requesterWith } from './requester.ts'
import { actorOf, issueSchema, memberSchema, statusSchema } from './schemas.ts'
import { failureOf, type Session } from './session.ts'

/** The lowest access level with push access: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
const developer = 30

async function findIssue({ project, api, send }: Session, marker: string) {
  const issues = await send('list issues', async () =>
    z
      .array(issueSchema)
      .parse(await api.Issues.all({ projectId: project, state: 'opened', labels: 'tortoise' })),
  )
  const [found] = issues
    .filter(({ description }) => description?.includes(marker))
    .sort((one, other) => one.iid - other.iid)
  return (
    found && {
      number: found.iid,
      body: (found.description ?? '').replaceAll('\r\n', '\n'),
      ...(found.author && { author: actorOf(found.author) }),
    }
  )
}

async function writeIssue(
  { project, api, send }: Session,
  issue: Parameters<Forge['writeIssue']>[0],
  number: number | undefined,
): Promise<void> {
  const [title, description] = [issue.title.toString(), fitBody(issue.body).toString()]
  await (number === undefined
    ? send('open the dashboard', () => api.Issues.create(project, title, { description, labels: 'tortoise' }))
    : send('update the dashboard', () => api.Issues.edit(project, number, { title, description })))
}

async function mayWrite({ project, api, send }: Session, login: string): Promise<boolean> {
  const members = await send('read members', async () =>
    z
      .array(memberSchema)
      .parse(await api.ProjectMembers.all(project, { includeInherited: true, query: login })),
  )
  return members.some((one) => one.username === login && one.access_level >= developer)
}

/** Sets statuses. GitLab refuses to set a status to the state that it already has, so only the state is compared. */
async function check(
  { project, api, send }: Session,
  commit: string,
  checks: readonly Check[],
): Promise<void> {
  const shown = await send('read statuses', async () =>
    z.array(statusSchema).parse(await api.Commits.allStatuses(project, commit)),
  )
  for (const { context, state, description } of checks) {
    const wanted = state === 'success' ? 'success' : 'failed'
    if (shown.find(({ name }) => name === context)?.status === wanted) continue
    await send('set a status', () =>
      api.Commits.editStatus(project, commit, wanted, { name: context, description: description.toString() }),
    )
  }
}

/** Opens a GitLab project through its REST API. The client library is loaded here, because it is large. */
export async function gitlabForge({ url, repository: project, token }: RepositoryAccess): Promise<Forge> {
  const { Gitlab: Client } = await import('@gitbeaker/rest')
  const host = url.replace(/\/$/, '')
  const requesterFn = requesterWith(fetchFrom(url))
  const api = new Client({ host, token: (await token()).trim(), requesterFn })
  const place = { file: `${urlPlace(url).replace(/\/$/, '')}/${oneLine(project)}` }
  const send = sendWith({ name: 'GitLab', place, failureOf })
  const session: Session = { project, api, send }
  return {
    name: 'GitLab',
    namesEditors: true,
    pulls: (since) => listPulls(session, since),
    pullsFrom: (branch) => pullsFrom(session, branch),
    open: (draft) => openPull(session, draft),
    update: (number, patch) => updatePull(session, number, patch),
    addLabels: async (number, labels) => {
      await send('label a merge request', () =>
        api.MergeRequests.edit(project, number, { addLabels: labels.join(',') }),
      )
    },
    account: () => readAccount(session),
    acts: (number) => readActs(session, number),
    lastEdit: (number, of) => readLastEdit(session, number, of),
    comments: (number) => readComments(session, number),
    comment: async (number, text) => {
      const body = text.toString()
      await send('comment', () => api.MergeRequestNotes.create(project, number, body))
    },
    mayWrite: (login) => mayWrite(session, login),
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: (issue, number) => writeIssue(session, issue, number),
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
