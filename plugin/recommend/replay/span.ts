import { type DayUsage, packDays, unpackDays } from '../../model/daily.ts'
import type { ContainerUsage, Observation, ResourceUsage } from '../../model/observation.ts'
import { packBytes, unpackBytes } from '../../model/packing.ts'
import type { Series } from '../../model/series.ts'
import { addSketch, emptySketch, finishSketch } from '../../model/sketch.ts'

/** A period in seconds since 1970. It holds the slots that end after `from` and not after `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The whole of a recording. */
export const wholeRecording: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

const secondsPerDay = 86_400

/** Index of the first slot of a span in a series, and of the first slot after it. */
export function slotsOf(
  { first, step }: Series,
  { from, to }: Span,
  count: number,
): readonly [number, number] {
  const at = (time: number): number => Math.min(Math.max(0, Math.floor((time - first) / step) + 1), count)
  return [at(from), at(to)]
}

/**
 * The observation limited to a span: nothing recorded outside it is used. Both ends must be midnight UTC, because
 * sketches are kept by day. `window` stays that of the recording. `undefined` when the span holds no samples.
 */
export function observationWithin(observation: Observation, span: Span): Observation | undefined {
  const containers = observation.containers.map((one) => containerWithin(one, span))
  const days = new Set(containers.flatMap(({ cpu, memory }) => (cpu ?? memory)?.daily?.days ?? []))
  if (days.size === 0) return undefined
  const { replicas } = observation
  return {
    ...observation,
    days: Math.min(days.size, observation.days),
    containers,
    ...(replicas?.series === undefined
      ? {}
      : { replicas: { ...replicas, series: seriesWithin(replicas.series, span, 2) } }),
  }
}

function containerWithin(usage: ContainerUsage, span: Span): ContainerUsage {
  const { cpu, memory, throttledShare: _, ...rest } = usage
  const inside = (time: number): boolean => time > span.from && time <= span.to
  const times = usage.oomTimes?.filter(inside)
  const days = usage.throttling?.filter(({ day }) => isWithin(day, span))
  const periods = days?.reduce((sum, one) => sum + one.periods, 0) ?? 0
  const [usedCpu, usedMemory] = [cpu && usageWithin(cpu, span), memory && usageWithin(memory, span)]
  return {
    ...rest,
    oomKills: times?.length ?? 0,
    ...(times === undefined ? {} : { oomTimes: times }),
    ...(days === undefined ? {} : { throttling: days }),
    ...(days === undefined || periods === 0
      ? {}
      : { throttledShare: days.reduce((sum, one) => sum + one.throttled, 0) / periods }),
    ...(usedCpu === undefined ? {} : { cpu: usedCpu }),
    ...(usedMemory === undefined ? {} : { memory: usedMemory }),
  }
}

/** True when the whole day (counted from 1970-01-01) is inside the span. */
export const isWithin = (day: number, { from, to }: Span): boolean =>
  day * secondsPerDay >= from && (day + 1) * secondsPerDay <= to

function usageWithin(usage: ResourceUsage, span: Span): ResourceUsage | undefined {
  if (usage.daily === undefined) return undefined
  const days = unpackDays(usage.daily).filter(({ day }) => isWithin(day, span))
  if (days.length === 0) return undefined
  return {
    ...sumOfDays(days),
    daily: packDays(days),
    ...(usage.highest && { highest: seriesWithin(usage.highest, span, 1) }),
    ...(usage.total && { total: seriesWithin(usage.total, span, 1) }),
  }
}

function sumOfDays(days: readonly DayUsage[]): Pick<ResourceUsage, 'sketch' | 'peak' | 'samples'> {
  const sum = emptySketch()
  for (const { sketch } of days) addSketch(sum, sketch)
  return {
    sketch: finishSketch(sum),
    peak: Math.max(...days.map(({ peak }) => peak)),
    samples: days.reduce((sum, { samples }) => sum + samples, 0),
  }
}

function seriesWithin(series: Series, span: Span, bytesPerSlot: number): Series {
  const bytes = unpackBytes(series.packed)
  const [start, end] = slotsOf(series, span, bytes.length / bytesPerSlot)
  return {
    first: series.first + start * series.step,
    step: series.step,
    packed: packBytes(bytes.subarray(start * bytesPerSlot, end * bytesPerSlot)),
  }
}
