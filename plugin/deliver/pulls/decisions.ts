import { isField } from '../../model/field.ts'
import { readValue } from '../../model/value.ts'
import type { Comment, Pull } from '../forges/forge.ts'
import type { HistoryCommit } from '../git/read-commits.ts'
import { type BlockItem, readBlock } from '../record/hidden-block.ts'
import { decodeWord } from '../record/trailers.ts'
import { type Command, readBoxes, readCommands, readLabels } from './commands.ts'

/** One decision about one value: who made it, where and when. `proposed` and `merged` are states of its pull request. */
export interface Decision {
  readonly kind: 'proposed' | 'merged' | 'declined' | 'snooze' | 'pin' | 'ignore' | 'split' | 'retry'
  readonly item: BlockItem
  /** The pull request or commit that records it: `#12`, `1a2b3c4d5e`. */
  readonly place: string
  /** ISO 8601. */
  readonly at: string
  /** Who made it; absent when the forge does not say. */
  readonly by?: string
  /** End of a snooze, ISO 8601. */
  readonly until?: string
  /** Value of a pin. */
  readonly value?: string
}

/** A pull request with the comments of users with push access. */
export interface CommentedPull {
  readonly pull: Pull
  readonly comments: readonly Comment[]
}

/** All decisions, oldest first, by change key. */
export type DecisionLog = ReadonlyMap<string, readonly Decision[]>

const day = 86_400_000
const later = (at: string, days: number): string => new Date(Date.parse(at) + days * day).toISOString()

/**
 * Whether the words of a command, for example `Deployment/api requests.cpu`, match the parts of an item's address. Each
 * word matches a part of its own, because a container often has the name of its workload.
 */
const matches = ([word, ...rest]: readonly string[], parts: readonly string[]): boolean =>
  word === undefined ||
  parts.some(
    (part, at) =>
      (part === word || part.endsWith(`/${word}`)) &&
      matches(
        rest,
        parts.filter((_, other) => other !== at),
      ),
  )

function decisionsOfCommand(
  { verb, only, days, value }: Command,
  items: readonly BlockItem[],
  origin: Pick<Decision, 'place' | 'at' | 'by'>,
): readonly Decision[] {
  const matching = items.filter(({ key }) => matches(only, key.split(' ')))
  // A pin sets one value. If several items match, it is unclear which one is meant.
  if (verb === 'pin' && matching.length !== 1) return []
  return matching.map((item) => ({
    ...origin,
    kind: verb,
    item,
    ...(days === undefined ? {} : { until: later(origin.at, days) }),
    ...(value === undefined ? {} : { value }),
  }))
}

function decisionsOf({ pull, comments }: CommentedPull, now: Date): readonly Decision[] {
  const block = readBlock(pull.body)
  if (block === undefined) return []
  const { createdAt, closedAt = createdAt } = pull
  const place = `#${pull.number}`
  const all = (kind: Decision['kind'], at: string): readonly Decision[] =>
    block.items.map((item) => ({ kind, item, place, at }))
  // The forge does not say when a label was set or a box was checked. Such a command counts from now on while the pull
  // request is open, and from the time of its closing after that.
  const markedAt = pull.state === 'open' ? now.toISOString() : closedAt
  const byMark = [...readLabels(pull.labels), ...readBoxes(pull.body)].flatMap((command) =>
    decisionsOfCommand(command, block.items, { place, at: markedAt, by: 'a label or checkbox' }),
  )
  const byComment = comments.flatMap(({ author, body, at }) =>
    readCommands(body).flatMap((command) =>
      decisionsOfCommand(command, block.items, { place, at, by: author }),
    ),
  )
  const state =
    pull.state === 'open'
      ? all('proposed', createdAt)
      : pull.state === 'merged'
        ? all('merged', closedAt)
        : block.closed === undefined
          ? all('declined', closedAt)
          : []
  return [...state, ...byMark, ...byComment]
}

/** Returns the decisions about each value in all pull requests. */
export function collectDecisions(pulls: readonly CommentedPull[], now: Date): DecisionLog {
  return byKey(pulls.flatMap((one) => decisionsOf(one, now)))
}

/** Returns the decisions that need no forge: the values that commits of Tortoise set on the base branch. */
export const decisionsInCommits = (commits: readonly HistoryCommit[]): DecisionLog =>
  byKey(
    commits.flatMap(({ id, at, changes }) =>
      changes.map((item) => ({ kind: 'merged' as const, item, place: id.slice(0, 10), at })),
    ),
  )

function byKey(all: readonly Decision[]): DecisionLog {
  const decisions = [...all].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const log = new Map<string, Decision[]>()
  for (const one of decisions) log.set(one.item.key, [...(log.get(one.item.key) ?? []), one])
  return log
}

/** How long decisions apply, and to how large changes. */
export interface DecisionRules {
  /** A declined value is proposed again when it changes by more than this, in percent. */
  readonly reconsider: number
  /** An open pull request keeps its value while the new one differs by less than this, in percent. */
  readonly settle: number
  /** Days after a merge in which a manual edit bounds new values. */
  readonly rememberDays: number
  readonly now: Date
}

/** A change that the plan would make: from and to in the unit of the field. */
export interface RequestedChange {
  readonly key: string
  readonly from: number
  readonly to: number
}

/** The value to propose, or why the field is skipped. */
export type Resolution = { readonly to: number } | { readonly reason: string }

/** The last decision of some kinds. Decisions before a retry do not count. */
function last(decisions: readonly Decision[], kinds: readonly Decision['kind'][]): Decision | undefined {
  const retried = decisions.findLastIndex(({ kind }) => kind === 'retry')
  return decisions.slice(retried + 1).findLast(({ kind }) => kinds.includes(kind))
}

const numberOf = (key: string, text: string): number | undefined => {
  const field = key.split(' ')[2] ?? ''
  return isField(field) ? readValue(field, decodeWord(text)) : undefined
}

const within = (a: number, b: number | undefined, percent: number): boolean =>
  b !== undefined && b !== 0 && Math.abs(a / b - 1) * 100 <= percent

/** Applies the decisions about one value to a change: returns the value to propose, or why the field is skipped. */
export function resolveChange(log: DecisionLog, change: RequestedChange, rules: DecisionRules): Resolution {
  const decisions = log.get(change.key) ?? []
  return byReviewers(decisions, change, rules) ?? byHistory(decisions, change, rules)
}

/** What reviewers decided: ignored, snoozed, pinned or declined; `undefined` when nothing of that applies. */
function byReviewers(
  decisions: readonly Decision[],
  change: RequestedChange,
  rules: DecisionRules,
): Resolution | undefined {
  const decision = last(decisions, ['ignore', 'snooze', 'pin', 'declined'])
  if (decision === undefined) return undefined
  const by = decision.by === undefined ? `in ${decision.place}` : `by ${decision.by} in ${decision.place}`
  switch (decision.kind) {
    case 'ignore':
      return { reason: `ignored ${by}` }
    case 'snooze':
      return Date.parse(decision.until ?? '') > rules.now.getTime()
        ? { reason: `snoozed until ${decision.until?.slice(0, 10)} ${by}` }
        : undefined
    case 'pin': {
      const to = numberOf(change.key, decision.value ?? '')
      if (to === undefined) return undefined
      return to === change.from ? { reason: `pinned at ${decision.value} ${by}` } : { to }
    }
    default:
      return within(change.to, numberOf(change.key, decision.item.to), rules.reconsider)
        ? { reason: `declined at ${decision.item.to}: ${decision.place} was closed` }
        : undefined
  }
}

/** Skips a change that was merged twice and changed back each time, whoever did that: a third merge would be a loop. */
function repeated(
  decisions: readonly Decision[],
  change: RequestedChange,
  rules: DecisionRules,
): Resolution | undefined {
  const since = rules.now.getTime() - rules.rememberDays * day
  const retried = decisions.findLastIndex(({ kind }) => kind === 'retry')
  const same = decisions
    .slice(retried + 1)
    .filter(
      ({ kind, at, item }) =>
        kind === 'merged' &&
        Date.parse(at) >= since &&
        numberOf(change.key, item.from) === change.from &&
        within(change.to, numberOf(change.key, item.to), rules.settle),
    )
  const [first] = same
  return first === undefined || same.length < 2
    ? undefined
    : {
        reason: `flips: set to this value ${same.length} times since ${first.at.slice(0, 10)} and changed back each time`,
      }
}

/**
 * Limits a change by the last value that Tortoise wrote. A manual edit after that is a bound for new values. A change
 * smaller than `settle` percent does not update an open pull request.
 */
function byHistory(
  decisions: readonly Decision[],
  change: RequestedChange,
  rules: DecisionRules,
): Resolution {
  const before = last(decisions, ['merged', 'proposed'])
  const ours = before && numberOf(change.key, before.item.to)
  if (before === undefined || ours === undefined) return { to: change.to }
  const loop = repeated(decisions, change, rules)
  if (loop !== undefined) return loop
  if (before.kind === 'proposed') return { to: within(change.to, ours, rules.settle) ? ours : change.to }
  const flips = decisions.filter(({ kind, item }) => kind === 'merged' && item.to === before.item.to).length
  const expired = Date.parse(before.at) + rules.rememberDays * day < rules.now.getTime()
  if (ours === change.from || expired) return { to: change.to }
  const was = numberOf(change.key, before.item.from)
  const [lower, again] = [ours < change.from, within(change.to, ours, rules.reconsider)]
  if (was === change.from)
    return again ? { reason: `reverted by a person after ${before.place}` } : { to: change.to }
  if (again && flips > 1)
    return { reason: `flips: ${before.place} set it to this value, and it was changed back` }
  const to = lower ? Math.max(change.to, change.from) : Math.min(change.to, change.from)
  return to === change.from ? { reason: `set by a person after ${before.place}` } : { to }
}

/** Whether a reviewer requested a pull request for this value alone. */
export const isSplit = (log: DecisionLog, key: string): boolean =>
  last(log.get(key) ?? [], ['split']) !== undefined
