import { isField } from '../../model/field.ts'
import type { PastEdit } from '../../model/past-edit.ts'
import { readValue } from '../../model/value.ts'
import { decodeWord } from '../record/trailers.ts'
import { type Decision, type DecisionLog, lastDecision } from './decisions.ts'

const dayMs = 86_400_000

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
  /** The last OOM kill that the change answers, ISO 8601; absent when it answers none. */
  readonly killedAt?: string | undefined
  /** Whether it brings a value back that Tortoise set before: what was merged then is no bound. */
  readonly isReturn?: boolean
  /** Whether a person commanded it, such as the end of an emergency: then only a pull request for it that was closed declines it. */
  readonly isCommanded?: boolean
  /** Whether an edit in a commit can have set the value; every edit by default. */
  readonly isEdit?: (edit: PastEdit) => boolean
}

/** The value to propose, with its text where that is an earlier one, or why the field is skipped. */
export type Resolution = { readonly to: number; readonly written?: string } | { readonly reason: string }

const numberOf = (key: string, text: string): number | undefined => {
  const field = key.split(' ')[2] ?? ''
  return isField(field) ? readValue(field, decodeWord(text)) : undefined
}

const within = (a: number, b: number | undefined, percent: number): boolean =>
  b !== undefined && b !== 0 && Math.abs(a / b - 1) * 100 <= percent

/** Applies the decisions about one value to a change: returns the value to propose, or why the field is skipped. */
export function resolveChange(log: DecisionLog, change: RequestedChange, rules: DecisionRules): Resolution {
  const { isEdit = () => true } = change
  const decisions = (log.get(change.key) ?? [])
    .filter(({ edit }) => edit === undefined || isEdit(edit))
    .filter((one) => appliesAfterKill(one, change))
  const history = change.isReturn ? decisions.filter(({ kind }) => kind !== 'merged') : decisions
  const reviewed = change.isCommanded ? decisions.filter(({ kind }) => kind === 'declined') : decisions
  return byReviewers(reviewed, change, rules) ?? byHistory(history, change, rules)
}

/**
 * Whether a decision applies to a change that answers an OOM kill. One that is older than the kill does not: nobody could
 * know of the kill. A newer one was made in view of the kill, if it is about a move in the same direction.
 */
function appliesAfterKill(
  { kind, at, item }: Decision,
  { key, from, to, killedAt }: RequestedChange,
): boolean {
  if (killedAt === undefined || kind === 'proposed' || kind === 'split' || kind === 'retry') return true
  if (!(Date.parse(at) > Date.parse(killedAt))) return false
  const [was, is] = [numberOf(key, item.from), numberOf(key, item.to)]
  const isSameWay = was !== undefined && is !== undefined && Math.sign(is - was) === Math.sign(to - from)
  return kind === 'pin' || kind === 'merged' || isSameWay
}

/** What reviewers decided: ignored, snoozed, pinned or declined; `undefined` when nothing of that applies. */
function byReviewers(
  decisions: readonly Decision[],
  change: RequestedChange,
  rules: DecisionRules,
): Resolution | undefined {
  const decision = lastDecision(decisions, ['ignore', 'snooze', 'pin', 'declined'])
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
  const since = rules.now.getTime() - rules.rememberDays * dayMs
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
  const before = lastDecision(decisions, ['merged', 'proposed'])
  const ours = before && numberOf(change.key, before.item.to)
  if (before === undefined || ours === undefined) return { to: change.to }
  const loop = repeated(decisions, change, rules)
  if (loop !== undefined) return loop
  if (before.kind === 'proposed')
    return within(change.to, ours, rules.settle)
      ? { to: ours, written: decodeWord(before.item.to) }
      : { to: change.to }
  const flips = decisions.filter(({ kind, item }) => kind === 'merged' && item.to === before.item.to).length
  const expired = Date.parse(before.at) + rules.rememberDays * dayMs < rules.now.getTime()
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
