import { type HistoryCommit, type PastChange, pastChanges } from '../deliver/git/read-commits.ts'
import type { Decision, DecisionLog } from '../deliver/pulls/decisions.ts'
import { changeKey } from '../deliver/record/commit-message.ts'
import type { PastValue } from '../model/past-edit.ts'
import type { PlanRequest } from '../plan/plan-request.ts'

const dayMs = 86_400_000

/** Returns the changes that Tortoise made of a value, newest first. */
export type PastValuesOf = NonNullable<PlanRequest['recommend']['pastValues']>

type LastChange = PlanRequest['recommend']['lastChange']

/** A change that a commit makes, or that a merged pull request made whose commit does not say so. */
type KnownChange = Omit<PastChange, 'edit'>

/**
 * Returns the changes that Tortoise made of a value: those of commits, and those of merged pull requests of which the clone has no
 * commit that names them, because it ends before, or another message replaced its own.
 */
export function pastValuesIn(
  commits: readonly HistoryCommit[],
  merged: DecisionLog,
  now: Date,
): PastValuesOf {
  const past = pastChanges(commits)
  return (address, time, isEditOf) => {
    const key = changeKey(address)
    const inCommits = (past.get(key) ?? []).filter(({ edit }) => isEditOf(edit, address.workload))
    const inPulls = (merged.get(key) ?? []).flatMap((one) => mergedChange(one, inCommits))
    return [...inCommits, ...inPulls]
      .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
      .map((one) => pastValue(one, time, now))
  }
}

/** Returns the days from the last change of a value by Tortoise to a time; `undefined` when none is known. */
export function daysSinceChange(past: PastValuesOf): LastChange {
  return (address, time, isEditOf) => past(address, time, isEditOf)[0]?.daysAgo
}

/** What a merged pull request changed; nothing when a commit of about that time says the same. */
function mergedChange(
  { kind, item, place, at, until }: Decision,
  inCommits: readonly PastChange[],
): readonly KnownChange[] {
  const { from, to, rules = [] } = item
  if (kind !== 'merged' || !place.startsWith('#')) return []
  const isKnown = inCommits.some(
    (one) => one.from === from && one.to === to && Math.abs(Date.parse(one.at) - Date.parse(at)) < dayMs,
  )
  return isKnown ? [] : [{ from, to, rules, at, commit: place, ...(until === undefined ? {} : { until }) }]
}

const pastValue = (
  { from, to, rules, at, commit, until }: KnownChange,
  time: string,
  now: Date,
): PastValue => ({
  ...{ from, to, rules, at, commit },
  daysAgo: (Date.parse(time) - Date.parse(at)) / dayMs,
  ...(until !== undefined && {
    emergency: { until, daysLeft: (Date.parse(until) - now.getTime()) / dayMs },
  }),
})
