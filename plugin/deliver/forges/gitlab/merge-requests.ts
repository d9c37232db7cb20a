import { z } from 'zod'
import { fitBody } from '../../../model/text/markdown.ts'
import type { Comment, Forge, Merging, Pull, PullDraft } from '../forge.ts'
import { httpStatusOf } from '../request.ts'
import { actorOf, mergeRequestSchema, noteSchema, pullOf } from './schemas.ts'
import type { Session } from './session.ts'

const branchPrefix = 'tortoise/'
/** Which closed and merged ones are listed: the 200 that were updated last. */
const recentlyUpdated = { orderBy: 'updated_at', sort: 'desc', perPage: 100, maxPages: 2 } as const

/** Lists the merge requests from branches of Tortoise in the project itself. */
export async function listPulls({ project, api, send }: Session): Promise<readonly Pull[]> {
  const list = (filter: { state: 'opened' } | ({ state: 'closed' | 'merged' } & typeof recentlyUpdated)) =>
    send('list merge requests', async () =>
      z.array(mergeRequestSchema).parse(await api.MergeRequests.all({ projectId: project, ...filter })),
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

/** Lists the merge requests from one branch of the project itself. */
export const pullsFrom = ({ project, api, send }: Session, sourceBranch: string): Promise<readonly Pull[]> =>
  send('list merge requests', async () =>
    z
      .array(mergeRequestSchema)
      .parse(await api.MergeRequests.all({ projectId: project, sourceBranch }))
      .filter((one) => one.source_branch === sourceBranch && one.source_project_id === one.target_project_id)
      .map(pullOf),
  )

/** Opens a merge request. Returns the open one when the branch has one already. */
export async function openPull(session: Session, draft: PullDraft): Promise<Pull> {
  const { project, api, send } = session
  const { branch, base, title, body } = draft
  try {
    return await send('open a merge request', async () =>
      pullOf(
        mergeRequestSchema.parse(
          await api.MergeRequests.create(project, branch, base, title.toString(), {
            description: fitBody(body).toString(),
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

/** Changes title, description or state of a merge request. */
export async function updatePull(
  { project, api, send }: Session,
  number: number,
  { title, body, state }: Parameters<Forge['update']>[1],
): Promise<void> {
  await send('update a merge request', () =>
    api.MergeRequests.edit(project, number, {
      ...(title === undefined ? {} : { title: title.toString() }),
      ...(body === undefined ? {} : { description: body.toString() }),
      ...(state === undefined ? {} : { stateEvent: state === 'open' ? 'reopen' : 'close' }),
    }),
  )
}

/** Reads the comments of users, without those that GitLab writes. */
export async function readComments(
  { project, api, send }: Session,
  number: number,
): Promise<readonly Comment[]> {
  const found = await send('read comments', async () =>
    z.array(noteSchema).parse(await api.MergeRequestNotes.all(project, number, { sort: 'asc' })),
  )
  return found
    .filter(({ system }) => !system)
    .map(({ author, body, created_at: at }) => {
      const { login, isBot } = actorOf(author)
      return { author: login, byBot: isBot, body, at }
    })
}

/** Merges when the pipeline succeeds, or at once when there is none. Merges only the head that Tortoise wrote. */
export async function autoMerge({ project, api, send }: Session, { number, head }: Pull): Promise<Merging> {
  try {
    return await send('merge', async () => {
      const options = { sha: head, squash: true, autoMerge: true }
      const merged = mergeRequestSchema.parse(await api.MergeRequests.merge(project, number, options))
      return merged.state === 'merged' ? 'merged' : 'armed'
    })
  } catch (error) {
    if (httpStatusOf(error) === undefined) throw error
    return 'refused'
  }
}
