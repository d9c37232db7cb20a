import { z } from 'zod'
import { oneLine } from '../../../model/text/clean.ts'
import { urlPlace } from '../../git/smart-http.ts'
import type { Check, Comment, Forge } from '../forge.ts'
import { httpStatusOf, type RepositoryAccess, sendWith } from '../request.ts'
import { fetchFrom } from '../same-server.ts'
import { readAccount, readActs } from './acts.ts'
import { findIssue, labelIds, writeIssue } from './issues.ts'
import { autoMerge, listPulls, openPull, pullsFrom } from './pulls.ts'
import { commentSchema, statusSchema } from './schemas.ts'
import { failureOf, pageSize, readPages, type Session } from './session.ts'

async function check(
  { owner, repo, api, send }: Session,
  commit: string,
  checks: readonly Check[],
): Promise<void> {
  const shown = await send('read statuses', () =>
    readPages(statusSchema, (page) =>
      api.repos.repoListStatuses(owner, repo, commit, { sort: 'recentupdate', page, limit: pageSize }),
    ),
  )
  for (const { context, state, description } of checks) {
    const newest = shown.find((one) => one.context === context)
    if (newest?.status === state && newest.description === description.toString()) continue
    await send('set a status', () =>
      api.repos.repoCreateStatus(owner, repo, commit, {
        context,
        state,
        description: description.toString(),
      }),
    )
  }
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

async function readComments(
  { owner, repo, api, send }: Session,
  number: number,
): Promise<readonly Comment[]> {
  const { data } = await send('read comments', () => api.repos.issueGetComments(owner, repo, number))
  const found = z.array(commentSchema).parse(data ?? [])
  return found.map(({ user, body, created_at: at }) => ({ author: user?.login ?? '', body, at }))
}

/** Opens a Gitea or Forgejo repository through the REST API. The client library is loaded here, because it is large. */
export async function giteaForge({ url, repository, token }: RepositoryAccess): Promise<Forge> {
  const [owner = '', repo = ''] = repository.split('/')
  const { giteaApi } = await import('gitea-js')
  const api = giteaApi(url.replace(/\/$/, ''), {
    token: (await token()).trim(),
    customFetch: fetchFrom(url),
  })
  const place = { file: `${urlPlace(url).replace(/\/$/, '')}/${oneLine(repository)}` }
  const send = sendWith({ name: 'Gitea', place, failureOf })
  const session: Session = { owner, repo, api, send }
  return {
    name: 'Gitea',
    namesEditors: false,
    pulls: (since) => listPulls(session, since),
    pullsFrom: (branch) => pullsFrom(session, branch),
    open: (draft) => openPull(session, draft),
    update: async (number, { title, body, state }) => {
      const patch = {
        ...(title && { title: title.toString() }),
        ...(body && { body: body.toString() }),
        ...(state && { state }),
      }
      await send('update a pull request', () => api.repos.repoEditPullRequest(owner, repo, number, patch))
    },
    addLabels: async (number, names) => {
      const labels = await labelIds(session, names)
      await send('label a pull request', () => api.repos.issueAddLabel(owner, repo, number, { labels }))
    },
    account: () => readAccount(session),
    acts: (number) => readActs(session, number),
    // The API does not say who edited a text.
    lastEdit: async () => undefined,
    comments: (number) => readComments(session, number),
    comment: async (number, text) => {
      const body = text.toString()
      await send('comment', () => api.repos.issueCreateComment(owner, repo, number, { body }))
    },
    mayWrite: (login) => mayWrite(session, login),
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: (issue, number) => writeIssue(session, issue, number),
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
