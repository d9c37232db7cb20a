import type { DeclaredContainer, DeclaredWorkload } from '../../model/declared.ts'
import type { ContainerUsage, Observation, ResourceUsage } from '../../model/observation.ts'
import { countValues, type Series, usageValues } from '../../model/series.ts'
import { cpuScale, memoryScale, type SketchScale } from '../../model/sketch.ts'
import { declaredValue } from './apply.ts'
import type { Scaled } from './scaled.ts'
import { isWithin, type Span, slotsOf } from './span.ts'

/** What values would have come to over a span, of one workload or of several added up. Times in seconds. */
export interface Scores {
  /** Seconds with samples, of each container. */
  readonly seconds: number
  /** Core-seconds and byte-seconds, over all pods. */
  readonly cpuRequested: number
  readonly cpuUsed: number
  readonly memoryRequested: number
  readonly memoryUsed: number
  /** Time of the busiest pod above its CPU request, and core-seconds above it. */
  readonly aboveSeconds: number
  readonly aboveVolume: number
  /** Time of the busiest pod at its CPU limit; the share of periods it was held back in on record, where that is more. */
  readonly throttledSeconds: number
  /** Times that memory would have passed its limit. */
  readonly oomKills: number
  /** Pods × seconds, and the seconds over which they were counted. */
  readonly podSeconds: number
  readonly workloadSeconds: number
  /** Time in which the pods of a simulated HPA were asked for more than they request. */
  readonly overloadSeconds: number
  /** Time over which an HPA was simulated. */
  readonly simulatedSeconds: number
  /** Time at the HPA's maximum with more to do. */
  readonly atMaximumSeconds: number
  /** How many workloads were added up. */
  readonly workloads: number
}

export const noScores: Scores = {
  seconds: 0,
  cpuRequested: 0,
  cpuUsed: 0,
  memoryRequested: 0,
  memoryUsed: 0,
  aboveSeconds: 0,
  aboveVolume: 0,
  throttledSeconds: 0,
  oomKills: 0,
  podSeconds: 0,
  workloadSeconds: 0,
  overloadSeconds: 0,
  simulatedSeconds: 0,
  atMaximumSeconds: 0,
  workloads: 0,
}

/** Adds charges up. */
export function addScores(one: Scores, other: Scores): Scores {
  const parts = Object.keys(noScores) as (keyof Scores)[]
  return Object.fromEntries(parts.map((part) => [part, one[part] + other[part]])) as unknown as Scores
}

/** Values and what ran under them. `today` is what was in force while the history was recorded. */
export interface ScoreRequest {
  readonly declared: DeclaredWorkload
  readonly today: DeclaredWorkload
  readonly observation: Observation
  readonly span: Span
  /** What a simulated HPA made of it; the recorded pods where left out. */
  readonly scaled?: Scaled | undefined
}

/** Charges a workload for a span. */
export function score(charging: ScoreRequest): Scores {
  const { declared, observation } = charging
  const pods = podsOf(charging)
  const containers = declared.containers.flatMap((container) => {
    const usage = observation.containers.find((one) => one.container === container.name)
    return usage === undefined || container.role === 'init' ? [] : [{ container, usage }]
  })
  const own = containers.map((one) =>
    addScores(chargeCpu(one, pods, charging), chargeMemory(one, pods, charging)),
  )
  const [longest] = own.map(({ seconds }) => seconds).sort((one, other) => other - one)
  const podSeconds = (longest ?? 0) * pods.mean
  return own.reduce(addScores, {
    ...noScores,
    podSeconds,
    workloadSeconds: longest ?? 0,
    overloadSeconds: charging.scaled?.run.overloadSeconds ?? 0,
    simulatedSeconds: charging.scaled?.run.seconds ?? 0,
    atMaximumSeconds: charging.scaled?.atMaximumSeconds ?? 0,
  })
}

interface Pods {
  readonly mean: number
  /** Recorded pods for each pod that would have run; the load of one grows by it. */
  readonly crowding: (time: number) => number
  readonly at: (time: number) => number
}

function podsOf({ observation: { replicas }, scaled, span }: ScoreRequest): Pods {
  const mean = replicas?.mean ?? 1
  const recorded = replicas?.series === undefined ? () => mean : lookup(replicas.series, mean)
  if (scaled === undefined) {
    const series = replicas?.series
    return {
      mean: series === undefined ? mean : meanWithin(series, span, mean),
      crowding: () => 1,
      at: recorded,
    }
  }
  return {
    mean: scaled.meanPods,
    at: scaled.podsAt,
    crowding: (time) => recorded(time) / Math.max(1, scaled.podsAt(time)),
  }
}

/** A series of counts as a function of time. */
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
  const seen = values.subarray(start, end).filter((value) => !Number.isNaN(value))
  return seen.length === 0 ? otherwise : seen.reduce((sum, value) => sum + value, 0) / seen.length
}

interface Used {
  readonly container: DeclaredContainer
  readonly usage: ContainerUsage
}

interface Slot {
  readonly time: number
  readonly highest: number
  readonly total: number
}

/** The slots of a span in which something was seen; nothing without a series. */
function slotsSeen(usage: ResourceUsage | undefined, scale: SketchScale, span: Span): readonly Slot[] {
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

/** Share of the CFS periods of a span, 0 to 1, in which a container was held back, as recorded. */
function recordedThrottling({ throttling = [] }: ContainerUsage, span: Span): number {
  const days = throttling.filter(({ day }) => isWithin(day, span))
  const periods = days.reduce((sum, day) => sum + day.periods, 0)
  return periods === 0 ? 0 : days.reduce((sum, day) => sum + day.throttled, 0) / periods
}

/** The limit that was in force while the history was recorded. */
function limitThen(
  { name }: DeclaredContainer,
  today: DeclaredWorkload,
  field: 'limits.cpu' | 'limits.memory',
): number {
  const then = today.containers.find((one) => one.name === name)
  return (then && declaredValue(then, field)) ?? Number.POSITIVE_INFINITY
}

function chargeCpu({ container, usage }: Used, pods: Pods, { span, today }: ScoreRequest): Scores {
  const [request = 0, limit = Number.POSITIVE_INFINITY] = [
    declaredValue(container, 'requests.cpu'),
    declaredValue(container, 'limits.cpu'),
  ]
  const step = usage.cpu?.highest?.step ?? 0
  const sum = { ...noScores } as { -readonly [K in keyof Scores]: number }
  for (const { time, highest, total } of slotsSeen(usage.cpu, cpuScale, span)) {
    const busiest = highest * pods.crowding(time)
    sum.seconds += step
    sum.cpuRequested += (request / 1000) * pods.at(time) * step
    sum.cpuUsed += (total / 1000) * step
    if (busiest > request) {
      sum.aboveSeconds += step
      sum.aboveVolume += ((busiest - request) / 1000) * step
    }
    if (busiest >= limit) sum.throttledSeconds += step
  }
  // What was held back under today's limit would have been under any that is not higher.
  if (limit <= limitThen(container, today, 'limits.cpu'))
    sum.throttledSeconds = Math.max(sum.throttledSeconds, recordedThrottling(usage, span) * sum.seconds)
  return sum
}

function chargeMemory({ container, usage }: Used, pods: Pods, { span, today }: ScoreRequest): Scores {
  const request = declaredValue(container, 'requests.memory') ?? 0
  const limit = declaredValue(container, 'limits.memory') ?? Number.POSITIVE_INFINITY
  const step = usage.memory?.highest?.step ?? 0
  const sum = { ...noScores } as { -readonly [K in keyof Scores]: number }
  let wasAbove = false
  for (const { time, highest, total } of slotsSeen(usage.memory, memoryScale, span)) {
    sum.memoryRequested += request * pods.at(time) * step
    sum.memoryUsed += total * step
    if (highest > limit && !wasAbove) sum.oomKills += 1
    wasAbove = highest > limit
  }
  // A kill that was recorded under today's limit would have come under any that is not higher.
  const kills = (usage.oomTimes ?? []).filter((time) => time > span.from && time <= span.to).length
  if (limit <= limitThen(container, today, 'limits.memory')) sum.oomKills += kills
  return sum
}
