import { z } from 'zod'
import type { Act, Actor, PullActs } from '../forge.ts'
import { mostEvents, orIfRefused } from '../request.ts'
import type { Session } from './session.ts'

const eventSchema = z.object({
  event: z.string(),
  actor: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
  created_at: z.string(),
  label: z.object({ name: z.string() }).nullish(),
})

/** Converts an account of the REST API. */
export const actorOf = (
  user: { readonly login: string; readonly type?: string | undefined } | null | undefined,
): Actor => ({
  login: user?.login ?? '',
  isBot: user?.type === 'Bot',
})

/** Statuses with which GitHub refuses to say who did something. */
const untold = [403, 404, 410, 422]

async function readEvents({ repo, send }: Session, issue_number: number) {
  let count = 0
  const request = { ...repo, issue_number, per_page: 100 }
  const events = await send('read events', (octokit) =>
    octokit.paginate(octokit.rest.issues.listEvents, request, ({ data }, done) => {
      count += data.length
      if (count >= mostEvents) done()
      return data
    }),
  ).catch(orIfRefused(untold, []))
  return count < mostEvents ? z.array(eventSchema).parse(events) : []
}

/** Who set labels, closed and reopened a pull request, by its events. */
export async function readActs(session: Session, number: number): Promise<PullActs> {
  const events = await readEvents(session, number)
  const acts = events.map(({ event, actor, created_at: at, label }) => ({
    ...{ event, label, by: actorOf(actor), at },
  }))
  const last = (event: string): Act | undefined => acts.findLast((one) => one.event === event)
  const labelled = acts.filter(({ event }) => event === 'labeled')
  return {
    labelled: new Map(labelled.map(({ label, by, at }) => [label?.name ?? '', { by, at }])),
    closed: last('closed'),
    reopened: last('reopened'),
  }
}

const editorQueries = {
  pull: `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { pullRequest(number: $number) { lastEditedAt editor { __typename login } } } }`,
  issue: `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { issue(number: $number) { lastEditedAt editor { __typename login } } } }`,
}

const editSchema = z.object({
  lastEditedAt: z.string().nullable(),
  editor: z.object({ __typename: z.string(), login: z.string() }).nullable(),
})

const editorSchema = z.object({
  repository: z.object({
    pullRequest: editSchema.nullish(),
    issue: editSchema.nullish(),
  }),
})

/** The last edit of the text of a pull request, or of an issue. */
export async function readLastEdit(
  { repo, send }: Session,
  number: number,
  of: 'pull' | 'issue' = 'pull',
): Promise<Act | undefined> {
  const found = await send('read an edit', (octokit) =>
    octokit.graphql(editorQueries[of], { ...repo, number }),
  ).catch(orIfRefused(untold, undefined))
  if (found === undefined) return undefined
  const { pullRequest, issue } = editorSchema.parse(found).repository
  const { lastEditedAt: at = null, editor = null } = pullRequest ?? issue ?? {}
  if (at === null || editor === null) return undefined
  const isBot = editor.__typename === 'Bot'
  // GraphQL names a bot without the `[bot]` that REST appends.
  const login = isBot && !editor.login.endsWith('[bot]') ? `${editor.login}[bot]` : editor.login
  return { by: { login, isBot }, at }
}
