import type { Observation } from '../../model/observation.ts'
import type { PastValue } from '../../model/past-edit.ts'
import { type Series, seriesEnd } from '../../model/series.ts'
import { rolloutAfter } from './rollout-start.ts'

const secondsPerDay = 86_400
/** Seconds after a commit in which it is rolled out: what happens then is not counted. */
const settleSeconds = 1800

/** A stretch of time, in seconds since 1970. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** The time after a change, and the same hours before it, in seconds since 1970. */
export interface HealthSpan {
  readonly from: number
  readonly to: number
  /** Seconds from the same hours before to `from` and `to`: whole days, and a week where so much is recorded. */
  readonly shift: number
  /** Whether the days of the change are not over. */
  readonly isOpen: boolean
  /** Days, not whole, from `from` to `to`. */
  readonly days: number
}

/** `open`: nothing is recorded after the change yet. `past`: the change is older than the window. */
type NoSpan = 'open' | 'past'

/** The span of the `days` after a change: from its rollout where that is known and the change is one of pods, and else from its commit. */
export function spanOf(
  { daysAgo }: Pick<PastValue, 'daysAgo'>,
  observation: Observation,
  { days, isOfPods }: { readonly days: number; readonly isOfPods: boolean },
): HealthSpan | NoSpan {
  const series = frameOf(observation)
  if (series === undefined) return 'open'
  const [first, end] = [series.first - series.step, seriesEnd(series)]
  const commit = end - daysAgo * secondsPerDay
  const rollout = isOfPods ? rolloutAfter(observation, commit) : undefined
  if (rollout === 'none') return 'open'
  const from = (rollout ?? commit) + settleSeconds
  const until = from + days * secondsPerDay
  const to = Math.min(until, end)
  if (from < first) return 'past'
  if (to <= from) return 'open'
  const week = 7 * secondsPerDay
  const isWeek = days <= 7 && from - week >= first
  const shift = isWeek ? week : Math.ceil((to - from) / secondsPerDay) * secondsPerDay
  // Without the hours before, a verdict that was given is not given again.
  if (to === until && from - shift < first) return 'past'
  return { from, to, shift, isOpen: to < until, days: (to - from) / secondsPerDay }
}

const frameOf = ({ containers }: Pick<Observation, 'containers'>): Series | undefined =>
  containers.flatMap(({ cpu, memory }) => cpu?.highest ?? memory?.highest ?? [])[0]

/** Days from the rollout of a change of pods to the end of the window; `undefined` where that is not known. */
export function daysRolledOut(
  { daysAgo }: Pick<PastValue, 'daysAgo'>,
  observation: Observation,
): number | undefined {
  const series = frameOf(observation)
  if (series === undefined) return undefined
  const end = seriesEnd(series)
  const rollout = rolloutAfter(observation, end - daysAgo * secondsPerDay)
  if (rollout === undefined) return undefined
  return rollout === 'none' ? 0 : Math.max(0, end - rollout) / secondsPerDay
}

/** The same hours before a change. */
export const before = ({ from, to, shift }: HealthSpan): Stretch => ({
  from: from - shift,
  to: to - shift,
})
