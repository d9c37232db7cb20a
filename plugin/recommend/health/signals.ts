import { type HealthSign, healthRules } from '../../model/health.ts'
import type { Observation } from '../../model/observation.ts'
import type { Recommendation } from '../../model/recommendation.ts'
import type { SignalSamples } from '../../model/signal.ts'
import { reason } from '../advice.ts'
import { keepLowered } from '../keep-changes.ts'
import { before, type HealthSpan, type Stretch } from './span.ts'

/** Fewer values say nothing: an hour of quarters. */
const leastValues = 4
const [hour, week] = [3600, 7 * 86_400]

/** The mean of a signal in a stretch; `undefined` with too few values. */
function meanIn({ first, step, values }: SignalSamples, { from, to }: Stretch): number | undefined {
  const own = values.filter((value, index) => {
    const time = first + index * step
    return time > from && time <= to && Number.isFinite(value)
  })
  return own.length < leastValues ? undefined : own.reduce((sum, value) => sum + value, 0) / own.length
}

/** Whether a mean is worse than its limit, or than the mean before. */
function isWorse(
  { worse, value, relative = 0 }: SignalSamples,
  is: number,
  was: number | undefined,
): boolean {
  const sign = worse === 'above' ? 1 : -1
  if (value !== undefined) return sign * (is - value) > 0
  return was !== undefined && was !== 0 && sign * (is - was) > relative * Math.abs(was)
}

const valueText = (value: number): string => String(Number(value.toPrecision(3)))

/** The signals that are worse after a change than in the same hours before it, as clauses. */
export function worseSignals({ signals = [] }: Observation, span: HealthSpan): readonly HealthSign[] {
  return signals.flatMap((signal) => {
    const [was, is] = [meanIn(signal, before(span)), meanIn(signal, span)]
    // What was as bad before is not the fault of the change.
    const isCovered = before(span).from >= signal.first - signal.step
    if (is === undefined || !isCovered || !isWorse(signal, is, was)) return []
    if (signal.value !== undefined && was !== undefined && isWorse(signal, was, undefined)) return []
    const earlier = was === undefined ? 'nothing recorded' : `${valueText(was)}`
    const limit = signal.value === undefined ? '' : `, ${signal.worse} ${valueText(signal.value)}`
    const text = `${signal.name} is ${valueText(is)} on average${limit} (${earlier} in the same hours before)`
    return [{ rule: healthRules.signal, text }]
  })
}

/** Keeps everything from going down while a signal of the workload is worse than its limit, or than a week ago, in the last hour. */
export function keepWhileWorse(
  recommendations: readonly Recommendation[],
  { signals = [] }: Observation,
): readonly Recommendation[] {
  const worse = signals.flatMap(worseNow)
  if (worse.length === 0) return recommendations
  const text = `${worse.join('; ')}. Nothing of the workload is lowered while that is so.`
  return keepLowered(recommendations, reason('signal.worse', text))
}

/** Why a signal is worse in its last hour, as a clause; none where it is not. */
function worseNow(signal: SignalSamples): readonly string[] {
  const end = signal.first + (signal.values.length - 1) * signal.step
  const last = { from: end - hour - 1, to: end }
  const earlier = { from: last.from - week, to: last.to - week }
  const [was, is] = [meanIn(signal, earlier), meanIn(signal, last)]
  if (is === undefined || !isWorse(signal, is, was)) return []
  const limit =
    signal.value === undefined
      ? `${valueText(was ?? 0)} a week before`
      : `the limit is ${valueText(signal.value)}`
  return [`${signal.name} is ${valueText(is)} in the last hour (${limit})`]
}
