import { z } from 'zod'
import { fitBody } from '../../../model/text/markdown.ts'
import type { Comment, Forge, Merging, Pull, PullDraft } from '../forge.ts'
import { httpStatusOf } from '../request.ts'
import { actorOf, mergeRequestSchema, noteSchema, pullOf } from './schemas.ts'
import type { Session } from './session.ts'

const branchPrefix = 'tortoise/'
/** The hidden block is in the description of each merge request of Tortoise. */
const marked = { search: 'tortoise:1', in: 'description', perPage: 100, maxPages: 10 } as const

/** Lists the merge requests from branches of Tortoise in the project itself: GitLab searches descriptions, so others are not read. */
export async function listPulls({ project, api, send }: Session, since: Date): Promise<readonly Pull[]> {
  const order = { orderBy: 'updated_at', sort: 'desc' } as const
  const updatedAfter = since.toISOString()
  const list = (filter: { state: 'opened' | 'closed' | 'merged'; updatedAfter?: string }) =>
    send('list merge requests', async () =>
      z
        .array(mergeRequestSchema)
        .parse(await api.MergeRequests.all({ projectId: project, ...order, ...marked, ...filter })),
    )
  const all = [
    ...(await list({ state: 'opened' })),
    ...(await list({ state: 'closed', updatedAfter })),
    ...(await list({ state: 'merged', updatedAfter })),
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
    const open = (await pullsFrom(session, branch)).find(
      (pull) => pull.state === 'open' && pull.base === base,
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
