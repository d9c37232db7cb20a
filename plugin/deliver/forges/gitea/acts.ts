import type { Act, PullActs } from '../forge.ts'
import { mostEvents, orIfRefused } from '../request.ts'
import { accountSchema, timelineSchema } from './schemas.ts'
import { pageSize, readPages, type Session } from './session.ts'

/** Statuses with which Gitea refuses to say who did something. */
const untold = [401, 403, 404]

/** The login of the token's account. */
export async function readAccount({ api, send }: Session): Promise<string | undefined> {
  return send('read the account', async () => {
    const { data } = await api.user.userGetCurrent()
    return accountSchema.parse(data).login
  }).catch(orIfRefused(untold, undefined))
}

/** Who set labels, closed and reopened a pull request, by its timeline. */
export async function readActs({ owner, repo, api, send }: Session, number: number): Promise<PullActs> {
  const events = await send('read a timeline', () =>
    readPages(
      timelineSchema,
      (page) => api.repos.issueGetCommentsAndTimeline(owner, repo, number, { page, limit: pageSize }),
      mostEvents,
    ),
  ).catch(orIfRefused(untold, []))
  const known = events.length < mostEvents ? events : []
  const acts = known.map(({ type, user, body, label, created_at: at }) => ({
    type,
    // Gitea writes `1` when a label is set, and nothing when it is removed.
    label: type === 'label' && body === '1' ? label?.name : undefined,
    by: { login: user?.login ?? '', isBot: false },
    at,
  }))
  const last = (type: string): Act | undefined => acts.findLast((one) => one.type === type)
  return {
    labelled: new Map(
      acts.flatMap(({ label, by, at }) => (label === undefined ? [] : [[label, { by, at }] as const])),
    ),
    closed: last('close'),
    reopened: last('reopen'),
  }
}
