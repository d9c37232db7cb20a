import type { DeclaredWorkload } from '../../model/declared.ts'
import type { DeclaredContainer } from '../../model/declared-container.ts'
import type { ContainerUsage, Observation, ResourceUsage } from '../../model/observation.ts'
import { countValues, type Series, usageValues } from '../../model/series.ts'
import { cpuScale, memoryScale, type SketchScale } from '../../model/sketch.ts'
import { declaredValue } from './apply.ts'
import type { SimulatedPods } from './recorded-demand.ts'
import { addScores, emptyScores, type Scores } from './scores.ts'
import { isWithin, type Span, slotsOf } from './span.ts'

/** A workload with the values to score, and the part of its history to score them on. */
export interface ScoreRequest {
  readonly declared: DeclaredWorkload
  /** The values in force while the history was recorded. */
  readonly today: DeclaredWorkload
  readonly observation: Observation
  readonly span: Span
  /** The pods of a simulated HPA; the recorded pods when left out. */
  readonly simulated?: SimulatedPods | undefined
}

/** Scores a workload's values on a span of its recorded history. */
export function score(request: ScoreRequest): Scores {
  const { declared, observation, simulated } = request
  const pods = podsOf(request)
  const containers = declared.containers.flatMap((container) => {
    const usage = observation.containers.find((one) => one.container === container.name)
    return usage === undefined || container.role === 'init' ? [] : [{ container, usage }]
  })
  const own = containers.map((one) =>
    addScores(cpuScores(one, pods, request), memoryScores(one, pods, request)),
  )
  const longest = own.reduce((most, { seconds }) => Math.max(most, seconds), 0)
  return own.reduce(addScores, {
    ...emptyScores,
    podSeconds: longest * pods.mean,
    workloadSeconds: longest,
    overloadSeconds: simulated?.simulation.overloadSeconds ?? 0,
    simulatedSeconds: simulated?.simulation.seconds ?? 0,
    atMaximumSeconds: simulated?.simulation.atMaximumSeconds ?? 0,
  })
}

interface Pods {
  readonly mean: number
  /** Recorded pods for each pod that would have run: the load of a pod grows by this factor. */
  readonly loadFactor: (time: number) => number
  readonly at: (time: number) => number
}

function podsOf({ observation: { replicas }, simulated, span }: ScoreRequest): Pods {
  const mean = replicas?.mean ?? 1
  const series = replicas?.series
  const recorded = series === undefined ? () => mean : lookup(series, mean)
  if (simulated === undefined)
    return {
      mean: series === undefined ? mean : meanWithin(series, span, mean),
      loadFactor: () => 1,
      at: recorded,
    }
  return {
    mean: simulated.mean,
    at: simulated.at,
    loadFactor: (time) => recorded(time) / Math.max(1, simulated.at(time)),
  }
}

/** A series of counts as a function of time in seconds since 1970; `otherwise` where it has no sample. */
export function lookup(series: Series, otherwise: number): (time: number) => number {
  const values = countValues(series)
  return (time) => {
    const value = values[Math.round((time - series.first) / series.step)] ?? Number.NaN
    return Number.isNaN(value) ? otherwise : value
  }
}

function meanWithin(series: Series, span: Span, otherwise: number): number {
  const values = countValues(series)
  const [start, end] = slotsOf(series, span, values.length)
  const counts = values.subarray(start, end).filter((value) => !Number.isNaN(value))
  return counts.length === 0 ? otherwise : counts.reduce((sum, value) => sum + value, 0) / counts.length
}

interface UsedContainer {
  readonly container: DeclaredContainer
  readonly usage: ContainerUsage
}

interface Slot {
  readonly time: number
  readonly highest: number
  readonly total: number
}

/** The slots of a span that hold a sample; empty without a series. */
function slotsWithSamples(usage: ResourceUsage | undefined, scale: SketchScale, span: Span): readonly Slot[] {
  if (usage?.highest === undefined) return []
  const highest = usageValues(usage.highest, scale)
  const total = usage.total === undefined ? highest : usageValues(usage.total, scale)
  const { first, step } = usage.highest
  const [start, end] = slotsOf(usage.highest, span, highest.length)
  const slots: Slot[] = []
  for (let slot = start; slot < end; slot += 1) {
    const value = highest[slot] ?? Number.NaN
    if (!Number.isNaN(value))
      slots.push({ time: first + slot * step, highest: value, total: total[slot] ?? value })
  }
  return slots
}

/** Recorded share of the CFS periods of a span, 0 to 1, in which the container was throttled. */
function recordedThrottling({ throttling = [] }: ContainerUsage, span: Span): number {
  const days = throttling.filter(({ day }) => isWithin(day, span))
  const periods = days.reduce((sum, day) => sum + day.periods, 0)
  return periods === 0 ? 0 : days.reduce((sum, day) => sum + day.throttled, 0) / periods
}

/** The limit that was in force while the history was recorded; `Infinity` without one. */
function recordedLimit(
  { name }: DeclaredContainer,
  today: DeclaredWorkload,
  field: 'limits.cpu' | 'limits.memory',
): number {
  const then = today.containers.find((one) => one.name === name)
  return (then && declaredValue(then, field)) ?? Number.POSITIVE_INFINITY
}

function cpuScores({ container, usage }: UsedContainer, pods: Pods, { span, today }: ScoreRequest): Scores {
  const request = declaredValue(container, 'requests.cpu') ?? 0
  const limit = declaredValue(container, 'limits.cpu') ?? Number.POSITIVE_INFINITY
  const step = usage.cpu?.highest?.step ?? 0
  const sum = { ...emptyScores } as { -readonly [K in keyof Scores]: number }
  for (const { time, highest, total } of slotsWithSamples(usage.cpu, cpuScale, span)) {
    const busiest = highest * pods.loadFactor(time)
    sum.seconds += step
    sum.cpuRequested += (request / 1000) * pods.at(time) * step
    sum.cpuUsed += (total / 1000) * step
    if (busiest > request) {
      sum.aboveSeconds += step
      sum.aboveVolume += ((busiest - request) / 1000) * step
    }
    if (busiest >= limit) sum.throttledSeconds += step
  }
  // A limit that is not higher than the recorded one throttles at least as often.
  if (limit <= recordedLimit(container, today, 'limits.cpu'))
    sum.throttledSeconds = Math.max(sum.throttledSeconds, recordedThrottling(usage, span) * sum.seconds)
  return sum
}

function memoryScores(
  { container, usage }: UsedContainer,
  pods: Pods,
  { span, today }: ScoreRequest,
): Scores {
  const request = declaredValue(container, 'requests.memory') ?? 0
  const limit = declaredValue(container, 'limits.memory') ?? Number.POSITIVE_INFINITY
  const step = usage.memory?.highest?.step ?? 0
  const sum = { ...emptyScores } as { -readonly [K in keyof Scores]: number }
  let wasAbove = false
  for (const { time, highest, total } of slotsWithSamples(usage.memory, memoryScale, span)) {
    sum.memoryRequested += request * pods.at(time) * step
    sum.memoryUsed += total * step
    if (highest > limit && !wasAbove) sum.oomKills += 1
    wasAbove = highest > limit
  }
  // A kill under the recorded limit also happens under every limit that is not higher.
  const kills = (usage.oomTimes ?? []).filter((time) => time > span.from && time <= span.to).length
  if (limit <= recordedLimit(container, today, 'limits.memory')) sum.oomKills += kills
  return sum
}
