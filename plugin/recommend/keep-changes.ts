import type { DeclaredAutoscaler } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import type { Observation } from '../model/observation.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { seriesEnd } from '../model/series.ts'
import { atMaximumText, hitsMaximum } from './at-maximum.ts'
import { type AnsweredKills, answersNewerKill } from './kills.ts'

/**
 * Keeps lower requests and higher targets of a workload whose HPA hits its maximum: pods could not be added there, so
 * the recorded usage is lower than the real demand.
 */
export function keepAtMaximum(
  recommendations: readonly Recommendation[],
  autoscaler: DeclaredAutoscaler | undefined,
  observation: Observation,
): readonly Recommendation[] {
  if (!hitsMaximum(autoscaler, observation)) return recommendations
  const text = `${atMaximumText(autoscaler, observation)}, so no request is lowered and no target is raised.`
  return keepLowered(recommendations, { rule: 'hpa.maximum-hit', text })
}

/** Keeps everything from becoming tighter: lower values and higher targets, each with its change group. */
export const keepLowered = (
  recommendations: readonly Recommendation[],
  because: Reason,
): readonly Recommendation[] =>
  keepGroups(
    recommendations,
    ({ field, from, to }) => (field.startsWith('hpa.target') ? to > from : to < from),
    because,
  )

/** What is known about the last changes of a workload's values. */
export interface RecentChanges {
  readonly observation: Observation
  /** The OOM kills that changes answer. A change that is older than a kill delays no answer to it. */
  readonly kills: AnsweredKills
  /** Days after a change during which a value is not lowered again. */
  readonly restDays: number
  /** Days after a change during which a target is not changed again. */
  readonly targetRestDays: number
  /** Days between our last change of a value and the end of the window; `undefined` when there is none. */
  readonly lastChange: (address: FieldAddress) => number | undefined
}

/**
 * Keeps values that were changed recently, with the rest of their change groups: most of the window is from before the
 * last step. Decreases wait for `restDays`. Raises wait only as long as the profile's `targetRestDays` says.
 */
export function keepRecentlyChanged(
  recommendations: readonly Recommendation[],
  recent: RecentChanges,
): readonly Recommendation[] {
  const text = 'This value was changed recently. The next step waits until the last one shows its effect.'
  return keepGroups(recommendations, (one) => isTooSoon(one, recent), { rule: 'step.wait', text })
}

function isTooSoon(
  one: Change,
  { observation, kills, restDays, targetRestDays, lastChange }: RecentChanges,
): boolean {
  const days = lastChange(one)
  if (days === undefined) return false
  if (isByRule(one, 'memory.oom')) return !killedSince(observation, one, days)
  if (answersNewerKill(one, days, kills)) return false
  const targetRest = one.field.startsWith('hpa.target.') ? targetRestDays : 0
  // Throttling stays in the window after the limit was raised because of it.
  const waits = one.to < one.from || isByRule(one, 'limit.throttled')
  return days < (waits ? Math.max(restDays, targetRest) : targetRest)
}

const isByRule = ({ because }: Change, name: string): boolean => because.some(({ rule }) => rule === name)

/** True when the container was OOM-killed in the last `days` of the window: an older kill was answered by the last change. */
function killedSince(observation: Observation, { container }: Change, days: number): boolean {
  const usage = observation.containers.find((one) => one.container === container)
  const [last, series] = [usage?.oomTimes?.at(-1), usage?.memory?.highest]
  if (last === undefined || series === undefined) return days >= observation.days
  return last > seriesEnd(series) - days * 86_400
}

/** Turns the changes that `isKept` selects, and the rest of their change groups, into `keep` with one more reason. */
function keepGroups(
  recommendations: readonly Recommendation[],
  isKept: (one: Change) => boolean,
  because: Reason,
): readonly Recommendation[] {
  const changes = recommendations.filter((one): one is Change => one.verdict === 'change')
  const kept = new Map(changes.filter(isKept).map(({ together }) => [together, because]))
  return keepWithReasons(recommendations, kept)
}

/** Turns the changes of the given change groups into `keep`, each with the reason of its group. */
export function keepWithReasons(
  recommendations: readonly Recommendation[],
  reasons: ReadonlyMap<string, Reason>,
): readonly Recommendation[] {
  return recommendations.map((one) => {
    const because = one.verdict === 'change' ? reasons.get(one.together) : undefined
    if (one.verdict !== 'change' || because === undefined) return one
    const { to: _to, together: _together, ...rest } = one
    return { ...rest, verdict: 'keep', because: [...one.because, because] }
  })
}
