import type { z } from 'zod'
import { fitBody } from '../../../model/text/markdown.ts'
import type { Merging, Pull, PullDraft } from '../forge.ts'
import { httpStatusOf } from '../request.ts'
import { readAccount } from './acts.ts'
import { issueSchema, pullOf, pullSchema } from './schemas.ts'
import { pageSize, readPages, type Session } from './session.ts'

const branchPrefix = 'tortoise/'
/** So many closed pull requests are listed, the last updated ones; older ones are found by their author. */
const maxClosed = 200
/** Most pull requests that are listed by their author, and most of them that are read one by one. */
const [maxByAuthor, maxRead] = [1000, 200]

const listBy = (
  { owner, repo, api, send }: Session,
  state: 'open' | 'closed' | 'all',
  max?: number,
): Promise<readonly z.infer<typeof pullSchema>[]> =>
  send('list pull requests', () =>
    readPages(
      pullSchema,
      (page) =>
        api.repos.repoListPullRequests(owner, repo, { state, sort: 'recentupdate', page, limit: pageSize }),
      max,
    ),
  )

const isOwn = ({ head, base }: z.infer<typeof pullSchema>): boolean =>
  head.label.startsWith(branchPrefix) && head.repo_id === base.repo_id

/** Lists the pull requests from branches of Tortoise in the repository itself. */
export async function listPulls(session: Session, since: Date): Promise<readonly Pull[]> {
  const closed = await listBy(session, 'closed', maxClosed)
  const all = [...(await listBy(session, 'open')), ...closed]
  const older = closed.length < maxClosed ? [] : await olderPulls(session, since, all)
  return [...all, ...older].filter(isOwn).map(pullOf)
}

/** Closed pull requests of the account, updated since a time, that are not among the given ones. */
async function olderPulls(
  session: Session,
  since: Date,
  known: readonly z.infer<typeof pullSchema>[],
): Promise<readonly z.infer<typeof pullSchema>[]> {
  const { owner, repo, api, send } = session
  const account = await readAccount(session)
  if (account === undefined) return []
  const query = { type: 'pulls', state: 'closed', created_by: account, since: since.toISOString() } as const
  const issues = await send('list pull requests', () =>
    readPages(
      issueSchema,
      (page) => api.repos.issueListIssues(owner, repo, { ...query, page, limit: pageSize }),
      maxByAuthor,
    ),
  )
  const numbers = new Set(known.map(({ number }) => number))
  const missing = issues.filter(
    ({ number, body }) => !numbers.has(number) && (body ?? '').includes('tortoise:1'),
  )
  const found: z.infer<typeof pullSchema>[] = []
  for (const { number } of missing.slice(0, maxRead)) {
    const { data } = await send('read a pull request', () =>
      api.repos.repoGetPullRequest(owner, repo, number),
    )
    found.push(pullSchema.parse(data))
  }
  return found
}

/** Lists the pull requests from one branch. Gitea cannot list by branch, so all of them are read. */
export const pullsFrom = async (session: Session, branch: string): Promise<readonly Pull[]> =>
  (await listBy(session, 'all'))
    .filter(isOwn)
    .map(pullOf)
    .filter((pull) => pull.branch === branch)

/** Opens a pull request. Returns the open one when the branch has one already. */
export async function openPull(session: Session, draft: PullDraft): Promise<Pull> {
  const { owner, repo, api, send } = session
  const { branch: head, base, title, body } = draft
  try {
    const request = { head, base, title: title.toString(), body: fitBody(body).toString() }
    const { data } = await send('open a pull request', () =>
      api.repos.repoCreatePullRequest(owner, repo, request),
    )
    return pullOf(pullSchema.parse(data))
  } catch (error) {
    if (httpStatusOf(error) !== 409) throw error
    const open = (await listBy(session, 'open'))
      .filter(isOwn)
      .map(pullOf)
      .find((pull) => pull.branch === head && pull.base === base)
    if (open === undefined) throw error
    return open
  }
}

/** Merges when the checks succeed, or at once when there are none. Merges only the head that Tortoise wrote. */
export async function autoMerge(
  { owner, repo, api, send }: Session,
  { number, head }: Pull,
): Promise<Merging> {
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
