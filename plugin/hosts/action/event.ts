import { z } from 'zod'
import type { Actor } from '../../deliver/forges/forge.ts'
import { readBoxes, readCommands } from '../../deliver/pulls/commands.ts'
import type { Host } from '../../run/host.ts'
import { workflowEvent } from '../../run/workflow-event.ts'

const repositorySchema = z.object({ id: z.number().optional() })

const pullSchema = z.object({
  number: z.number(),
  body: z.string().nullish(),
  head: z.object({ ref: z.string(), repo: repositorySchema.nullish() }),
  base: z.object({ repo: repositorySchema.nullish() }).optional(),
})

const labelSchema = z.object({ name: z.string() })

const issueSchema = z.object({
  number: z.number(),
  title: z.string().default(''),
  state: z.string().optional(),
  user: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
  body: z.string().nullish(),
  labels: z.array(labelSchema).default([]),
  pull_request: z.object({}).nullish(),
})

/** The event of a workflow, with the parts that are used here. */
const eventSchema = z.object({
  action: z.string().optional(),
  sender: z.object({ type: z.string(), login: z.string().optional() }).optional(),
  issue: issueSchema.optional(),
  comment: z
    .object({
      id: z.number(),
      body: z.string(),
      created_at: z.string(),
      user: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
    })
    .optional(),
  pull_request: pullSchema.optional(),
  label: labelSchema.optional(),
  changes: z.object({ body: z.object({ from: z.string().nullable() }).optional() }).optional(),
})

type Event = z.infer<typeof eventSchema>
type PullOfEvent = z.infer<typeof pullSchema>

/** A comment on a pull request that may have a command. */
export interface CommandComment {
  readonly pull: number
  readonly id: number
  readonly author: string
  /** Who wrote, edited or deleted it just now. */
  readonly sender: string
  readonly body: string
  /** ISO 8601. */
  readonly at: string
  /** Whether it was deleted, so that the next run no longer finds the command. */
  readonly isDeleted: boolean
}

/** The label of an issue that asks for an emergency. */
const emergencyLabel = 'tortoise/emergency'

/** An issue whose label begins or ends an emergency. */
export interface EmergencyIssue {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly action: 'start' | 'stop'
  /** Who wrote it. */
  readonly author: Actor
  /** Who labelled or closed it just now. */
  readonly sender: string
}

/** Why the workflow runs: no person, a label or check box, a comment, a labelled issue, or something that is not for Tortoise. */
export type Trigger =
  | { readonly kind: 'scheduled' }
  | { readonly kind: 'mark' }
  | { readonly kind: 'comment'; readonly comment: CommandComment }
  | { readonly kind: 'emergency'; readonly issue: EmergencyIssue }
  | { readonly kind: 'skipped'; readonly why: string }

/** The event that started the workflow; empty if there is none. */
export const readEvent = ({ env }: Host): Event => workflowEvent(env, eventSchema) ?? {}

const skipped = (why: string): Trigger => ({ kind: 'skipped', why })

/** Returns from the event alone whether, and how, somebody gave a command on a pull request of Tortoise. */
export function readTrigger({ env }: Host, event: Event): Trigger {
  if (event.comment !== undefined) return commentTrigger(event, event.comment)
  const name = env['GITHUB_EVENT_NAME'] ?? ''
  if (name === 'issues' && event.issue !== undefined) return issueTrigger(event, event.issue)
  const { pull_request: pull } = event
  if (!name.startsWith('pull_request') || pull === undefined) return { kind: 'scheduled' }
  if (event.sender?.type === 'Bot') return skipped('a bot made the change')
  const { repo: head } = pull.head
  const isHome = head?.id !== undefined && head.id === pull.base?.repo?.id
  if (!isHome || !pull.head.ref.startsWith('tortoise/'))
    return skipped(`#${pull.number} is not a pull request of Tortoise`)
  return hasMark(event, pull) ? { kind: 'mark' } : skipped('no label or check box of Tortoise was changed')
}

function commentTrigger({ action, issue, sender }: Event, comment: NonNullable<Event['comment']>): Trigger {
  const { id, body, user, created_at: at } = comment
  if (issue === undefined || issue.pull_request == null)
    return skipped('the comment is not on a pull request')
  if (sender?.type === 'Bot' || user?.type === 'Bot') return skipped('a bot wrote the comment')
  if (readCommands(body).length === 0 && !/^\/tortoise\b/im.test(body))
    return skipped('the comment has no command')
  const author = user?.login ?? ''
  const who = { author, sender: sender?.login ?? author }
  return {
    kind: 'comment',
    comment: { pull: issue.number, id, body, at, ...who, isDeleted: action === 'deleted' },
  }
}

function issueTrigger(
  { action = '', label, sender }: Event,
  { number, title, body, labels, user, ...issue }: z.infer<typeof issueSchema>,
): Trigger {
  if (issue.pull_request != null) return skipped(`#${number} is a pull request`)
  if (sender?.type === 'Bot') return skipped('a bot made the change')
  const isMarked =
    action === 'labeled' || action === 'unlabeled'
      ? label?.name === emergencyLabel
      : labels.some((one) => one.name === emergencyLabel)
  const does = issueActions[action]
  if (!isMarked || does === undefined)
    return skipped(`the event of #${number} is not about the label ${emergencyLabel}`)
  if (does === 'start' && issue.state === 'closed') return skipped(`#${number} is closed`)
  const author = { login: user?.login ?? '', isBot: user?.type === 'Bot' }
  const own = { number, title, body: body ?? '', author, action: does, sender: sender?.login ?? '' }
  return { kind: 'emergency', issue: own }
}

/** What an event of a labelled issue does. */
const issueActions: Readonly<Record<string, EmergencyIssue['action']>> = {
  labeled: 'start',
  unlabeled: 'stop',
  closed: 'stop',
}

/** Whether the event adds or removes a label or check box of Tortoise, or closes or reopens the pull request. */
function hasMark({ action, label, changes }: Event, { body }: PullOfEvent): boolean {
  if (action === 'labeled' || action === 'unlabeled') return label?.name.startsWith('tortoise/') === true
  if (action !== 'edited') return action === 'closed' || action === 'reopened'
  const boxes = (text: string | null | undefined): string => JSON.stringify(readBoxes(text ?? ''))
  return changes?.body !== undefined && boxes(changes.body.from) !== boxes(body)
}
