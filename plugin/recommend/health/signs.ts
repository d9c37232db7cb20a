import { quartersPerDay, visitQuarters } from '../../model/daily.ts'
import type { DeclaredWorkload } from '../../model/declared.ts'
import type { ContainerUsage, Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import type { PodEvent } from '../../model/pod-events.ts'
import { bucketStart, cpuScale } from '../../model/sketch.ts'
import { countsOf } from '../at-maximum.ts'
import { shareText } from '../format.ts'
import { isTooLarge } from '../stuck-rollout.ts'
import { before, type HealthSpan, type Stretch } from './span.ts'

const secondsPerDay = 86_400
const secondsPerHour = 3600
const minutesPerDay = 1440
/** Share of CFS periods from which on throttling counts, and by how much it must have risen. */
const throttling = { least: 0.05, rise: 0.05 } as const
/** Share of the time above the CPU request from which on it counts, and by how much it must have risen. */
const shortage = { least: 0.15, rise: 0.05 } as const
/** Usage that rose by more than this factor explains a shortage by itself. */
const demandRise = 1.3
/** Share of the time by which an HPA must be at its maximum for longer. */
const maximumRise = 0.02
/** Restarts that count. */
const leastRestarts = 3
/** Quarters of days that a comparison of CPU needs: half a day. */
const leastQuarters = 2

/** The OOM kills of a container with a known time in a stretch. */
export const killsIn = ({ oomTimes = [] }: ContainerUsage, { from, to }: Stretch): number =>
  oomTimes.filter((time) => time > from && time <= to).length

/** How long a span is, for people: `2 days`, `5 hours`. */
function lengthText({ days }: HealthSpan): string {
  const hours = Math.round(days * 24)
  return hours >= 48 ? plural(Math.round(days), 'day') : plural(Math.max(1, hours), 'hour')
}

/** OOM kills that are more than in the same hours before, as a clause. */
export function moreKills(usage: ContainerUsage, span: HealthSpan): string | undefined {
  const [was, is] = [killsIn(usage, before(span)), killsIn(usage, span)]
  return is > was
    ? `${usage.container} was OOM-killed ${is === 1 ? 'once' : `${is} times`} in ${lengthText(span)} (${was} in the same hours before)`
    : undefined
}

/** Pods that were evicted, more than in the same hours before, as a clause. */
export function moreEvictions(observation: Observation, span: HealthSpan): string | undefined {
  const [was, is] = [eventsIn(observation, before(span), 'evicted'), eventsIn(observation, span, 'evicted')]
  return is > was
    ? `${plural(is, 'pod')} ${is === 1 ? 'was' : 'were'} evicted in ${lengthText(span)} (${was} in the same hours before)`
    : undefined
}

/** Restarts without an OOM kill, which are several and twice as many as in the same hours before, as a clause. */
export function moreRestarts(observation: Observation, span: HealthSpan): string | undefined {
  // Restarts after OOM kills are another sign, and the first kill of a young pod can be missed.
  const isKilled = observation.containers.some(
    (usage) => killsIn(usage, span) > 0 || usage.oomKills > (usage.oomTimes ?? []).length,
  )
  if (isKilled) return undefined
  const restartsIn = (stretch: Stretch): number => {
    const kills = observation.containers.reduce((sum, usage) => sum + killsIn(usage, stretch), 0)
    return Math.max(0, eventsIn(observation, stretch, 'restarted') - kills)
  }
  const [was, is] = [restartsIn(before(span)), restartsIn(span)]
  return is >= leastRestarts && is >= 2 * was
    ? `containers were restarted ${is} times in ${lengthText(span)} (${was} in the same hours before)`
    : undefined
}

const eventsIn = ({ podEvents = [] }: Observation, { from, to }: Stretch, what: PodEvent['what']): number =>
  podEvents.reduce(
    (sum, one) =>
      one.what === what && one.time - secondsPerHour >= from && one.time <= to ? sum + one.count : sum,
    0,
  )

/**
 * Whether pods crash, or a rollout does not end, at the end of a span that lasts, and why, as a clause. Pods that fit no node are another
 * matter, and so are single pods that are not ready: they start, and nodes end.
 */
export function takenDown(observation: Observation, { isOpen }: HealthSpan): string | undefined {
  const { unhealthy = '' } = observation
  if (!isOpen || isTooLarge(observation)) return undefined
  return /CrashLoopBackOff|rollout is stuck/.test(unhealthy) ? unhealthy : undefined
}

/** Throttled periods that are more than on the same days before, as a clause. */
export function moreThrottling(
  { container, throttling: days = [] }: ContainerUsage,
  span: HealthSpan,
): string | undefined {
  const share = ({ from, to }: Stretch): number | undefined => {
    const own = days.filter(({ day }) => day * secondsPerDay >= from && (day + 1) * secondsPerDay <= to)
    const periods = own.reduce((sum, one) => sum + one.periods, 0)
    return periods === 0 ? undefined : own.reduce((sum, one) => sum + one.throttled, 0) / periods
  }
  const [was = 0, is = 0] = [share(before(span)), share(span)]
  return is > throttling.least && is > was + throttling.rise
    ? `${container} is throttled in ${shareText(is)} of its CPU periods (${shareText(was)} on the same days before)`
    : undefined
}

interface CpuShares {
  readonly above: number
  readonly mean: number
}

/** Share of the samples above a request, and their mean, in the whole quarters of days in a stretch; `undefined` with too few. */
function cpuIn({ cpu }: ContainerUsage, { from, to }: Stretch, request: number): CpuShares | undefined {
  if (cpu?.daily?.quarters === undefined) return undefined
  const quarters = new Set<number>()
  let [weight, above, sum] = [0, 0, 0]
  visitQuarters(
    cpu.daily,
    () => undefined,
    (day, quarter, bucket, count) => {
      const start = (day + quarter / quartersPerDay) * secondsPerDay
      if (start < from || start + secondsPerDay / quartersPerDay > to) return
      const middle = (bucketStart(cpuScale, bucket) + bucketStart(cpuScale, bucket + 1)) / 2
      quarters.add(day * quartersPerDay + quarter)
      weight += count
      sum += middle * count
      if (middle > request) above += count
    },
  )
  return quarters.size < leastQuarters ? undefined : { above: above / weight, mean: sum / weight }
}

/** The values of a CPU request before and after a change, in millicores. */
export interface RequestStep {
  readonly from: number
  readonly to: number
}

/** CPU above its request for longer than under the request before, although usage hardly rose, as a clause. */
export function moreShortage(
  usage: ContainerUsage,
  span: HealthSpan,
  { from, to }: RequestStep,
): string | undefined {
  const [was, is] = [cpuIn(usage, before(span), from), cpuIn(usage, span, to)]
  if (was === undefined || is === undefined || is.mean > was.mean * demandRise) return undefined
  return is.above > shortage.least && is.above > was.above + shortage.rise
    ? `CPU of ${usage.container} is above its request for ${shareText(is.above)} of the time (${shareText(was.above)} in the same hours before)`
    : undefined
}

/** `2 minutes a day above the request`, of a container's CPU; `undefined` with too little data. */
export function minutesAbove(usage: ContainerUsage, span: HealthSpan, request: number): string | undefined {
  const found = cpuIn(usage, span, request)
  if (found === undefined) return undefined
  return `${plural(Math.round(found.above * minutesPerDay), 'minute')} a day above the request`
}

/** An HPA that is at its maximum for longer than before, as a clause. */
export function longerAtMaximum(
  { autoscaler }: DeclaredWorkload,
  observation: Observation,
  { span, formerMaximum }: { readonly span: HealthSpan; readonly formerMaximum: number | undefined },
): string | undefined {
  const series = observation.replicas?.series
  const maximum = autoscaler?.maxReplicas
  if (series === undefined || maximum === undefined || maximum <= (autoscaler?.minReplicas ?? 1))
    return undefined
  const counts = countsOf(observation)
  const share = ({ from, to }: Stretch, most: number): number => {
    const own = counts
      .subarray(slotAfter(series, from), slotAfter(series, to))
      .filter((count) => !Number.isNaN(count))
    return own.length === 0 ? 0 : own.filter((count) => count >= most).length / own.length
  }
  const [was, is] = [share(before(span), formerMaximum ?? maximum), share(span, maximum)]
  return is > was + maximumRise
    ? `the HPA is at its maximum of ${plural(maximum, 'pod')} for ${shareText(is)} of the time (${shareText(was)} in the same hours before)`
    : undefined
}

const slotAfter = (
  { first, step }: { readonly first: number; readonly step: number },
  time: number,
): number => Math.max(0, Math.ceil((time - first) / step))
