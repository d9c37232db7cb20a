import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { readBoxes, readCommands } from '../../deliver/pulls/commands.ts'
import type { Host } from '../../run/host.ts'

const pullSchema = z.object({
  number: z.number(),
  body: z.string().nullish(),
  head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
})

/** What GitHub says about an event; only what is asked of it here. */
const eventSchema = z.object({
  action: z.string().optional(),
  sender: z.object({ type: z.string() }).optional(),
  issue: z.object({ number: z.number(), pull_request: z.object({}).nullish() }).optional(),
  comment: z
    .object({
      id: z.number(),
      body: z.string(),
      created_at: z.string(),
      user: z.object({ login: z.string() }).nullish(),
    })
    .optional(),
  pull_request: pullSchema.optional(),
  label: z.object({ name: z.string() }).optional(),
  changes: z.object({ body: z.object({ from: z.string().nullable() }).optional() }).optional(),
})

type Event = z.infer<typeof eventSchema>
type PullOfEvent = z.infer<typeof pullSchema>

/** Something a person wrote below a pull request that may be for us. */
export interface CommandComment {
  readonly pull: number
  readonly id: number
  readonly author: string
  readonly body: string
  /** ISO 8601. */
  readonly at: string
}

/** Why the workflow runs: for no person's sake, for somebody's word or mark, or for something that is not for us. */
export type Call =
  | { readonly kind: 'unasked' }
  | { readonly kind: 'marked' }
  | { readonly kind: 'said'; readonly said: CommandComment }
  | { readonly kind: 'passed over'; readonly why: string }

/** The event that the workflow runs for; empty where there is none. */
export function readEvent({ env }: Host): Event {
  const file = env['GITHUB_EVENT_PATH']
  return file === undefined ? {} : eventSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

const passedOver = (why: string): Call => ({ kind: 'passed over', why })

/** Tells from the event alone whether somebody asks something of our pull requests. */
export function callOf({ env }: Host, event: Event): Call {
  if (event.comment !== undefined) return saidCall(event, event.comment)
  const name = env['GITHUB_EVENT_NAME'] ?? ''
  const { pull_request: pull } = event
  if (!name.startsWith('pull_request') || pull === undefined) return { kind: 'unasked' }
  if (event.sender?.type === 'Bot') return passedOver('a program made the change')
  const { full_name: home } = pull.head.repo ?? {}
  if (home !== env['GITHUB_REPOSITORY'] || !pull.head.ref.startsWith('tortoise/'))
    return passedOver(`#${pull.number} is not one of ours`)
  return marks(event, pull) ? { kind: 'marked' } : passedOver('no label or box of ours was changed')
}

function saidCall({ action, issue, sender }: Event, comment: NonNullable<Event['comment']>): Call {
  const { id, body, user, created_at: at } = comment
  if (issue === undefined || issue.pull_request == null)
    return passedOver('the comment is below no pull request')
  if (sender?.type === 'Bot') return passedOver('a program wrote the comment')
  if (readCommands(body).length === 0 && !/^\/tortoise\b/im.test(body))
    return passedOver('the comment holds no command')
  // What was said is taken back.
  if (action === 'deleted') return { kind: 'marked' }
  return { kind: 'said', said: { pull: issue.number, id, body, at, author: user?.login ?? '' } }
}

/** Whether an event puts or takes away a mark that we obey. Closing declines, so it counts too. */
function marks({ action, label, changes }: Event, { body }: PullOfEvent): boolean {
  if (action === 'labeled' || action === 'unlabeled') return label?.name.startsWith('tortoise/') === true
  if (action !== 'edited') return action === 'closed' || action === 'reopened'
  const boxes = (text: string | null | undefined): string => JSON.stringify(readBoxes(text ?? ''))
  return changes?.body !== undefined && boxes(changes.body.from) !== boxes(body)
}
