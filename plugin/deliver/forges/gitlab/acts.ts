import { z } from 'zod'
import type { Act, PullActs } from '../forge.ts'
import { orIfRefused } from '../request.ts'
import { accountSchema, actorOf, labelEventSchema, noteSchema, stateEventSchema } from './schemas.ts'
import type { Session } from './session.ts'

/** Statuses with which GitLab refuses to say who did something. */
const untold = [401, 403, 404]

/** The user name of the token's account. */
export function readAccount({ api, send }: Session): Promise<string | undefined> {
  return send(
    'read the account',
    async () => accountSchema.parse(await api.Users.showCurrentUser()).username,
  ).catch(orIfRefused(untold, undefined))
}

/** Who set labels, closed and reopened a merge request, by its resource events. */
export async function readActs({ project, api, send }: Session, number: number): Promise<PullActs> {
  const labels = await send('read label events', async () =>
    z.array(labelEventSchema).parse(await api.MergeRequestLabelEvents.all(project, number)),
  ).catch(orIfRefused(untold, []))
  const states = await send('read state events', async () =>
    z.array(stateEventSchema).parse(await api.MergeRequestStateEvents.all(project, number)),
  ).catch(orIfRefused(untold, []))
  const set = labels.filter(({ action, label }) => action === 'add' && label !== null)
  const last = (state: string): Act | undefined => {
    const found = states.findLast((one) => one.state === state)
    return found && { by: actorOf(found.user), at: found.created_at }
  }
  return {
    labelled: new Map(
      set.map(({ label, user, created_at: at }) => [label?.name ?? '', { by: actorOf(user), at }]),
    ),
    closed: last('closed'),
    reopened: last('reopened'),
  }
}

/** What GitLab writes below a merge request when somebody edits its description, or ticks a box in it. */
const editNote = /^(changed the description|marked the (task|checklist item) )/

/** The last edit of the description of a merge request, or of an issue, by the notes that GitLab itself writes. */
export async function readLastEdit(
  { project, api, send }: Session,
  number: number,
  of: 'pull' | 'issue' = 'pull',
): Promise<Act | undefined> {
  const list = of === 'pull' ? api.MergeRequestNotes : api.IssueNotes
  const notes = await send('read notes', async () =>
    z.array(noteSchema).parse(await list.all(project, number, { sort: 'asc' })),
  ).catch(orIfRefused(untold, []))
  const last = notes.findLast(({ system, body }) => system && editNote.test(body))
  return last && { by: actorOf(last.author), at: last.created_at }
}
