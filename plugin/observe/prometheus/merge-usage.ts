import { type DailyUsage, type DayUsage, packDays, unpackDays } from '../../model/daily.ts'
import type { ResourceUsage } from '../../model/observation.ts'
import { unpackBytes } from '../../model/packing.ts'
import { comparedPercentile } from '../../model/pod-recorder.ts'
import { packLevels } from '../../model/series.ts'
import {
  addSketch,
  bucketOf,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
  percentile,
  type Sketch,
  type SketchBuffer,
} from '../../model/sketch.ts'
import type { Slots } from './queries.ts'

/** Usage of one resource while it is merged. Levels are those of a series, one per slot. */
export interface MergedResource {
  readonly sketch: SketchBuffer
  readonly days: DailyUsage[]
  readonly highest: Uint8Array
  readonly total: Uint8Array
  peak: number
  samples: number
}

/** No usage, for the slots of a window. */
export const emptyResource = ({ count }: Slots): MergedResource => ({
  sketch: emptySketch(),
  days: [],
  highest: new Uint8Array(count),
  total: new Uint8Array(count),
  peak: 0,
  samples: 0,
})

/** Adds the usage of a part of the window, or of a part of the pods. */
export function addResource(slots: Slots, merged: MergedResource, part: ResourceUsage): void {
  addSketch(merged.sketch, part.sketch)
  if (part.daily !== undefined) merged.days.push(part.daily)
  merged.peak = Math.max(merged.peak, part.peak)
  merged.samples += part.samples
  addLevels(slots, merged.highest, part.highest)
  addLevels(slots, merged.total, part.total ?? part.highest)
}

function addLevels(slots: Slots, levels: Uint8Array, part: ResourceUsage['highest']): void {
  if (part === undefined) return
  const offset = Math.round((part.first - slots.first) / slots.step)
  for (const [at, level] of unpackBytes(part.packed).entries()) {
    const slot = offset + at
    if (slot >= 0 && slot < levels.length) levels[slot] = Math.max(levels[slot] ?? 0, level)
  }
}

/** The merged usage in packed form. */
export function finishResource(
  slots: Slots,
  { sketch, days, highest, total, peak, samples }: MergedResource,
): ResourceUsage {
  const frame = { first: slots.first, step: slots.step }
  const isSame = total.every((level, slot) => level === highest[slot])
  const daily = mergeDays(days.flatMap((part) => unpackDays(part)))
  return {
    sketch: finishSketch(sketch),
    peak,
    samples,
    daily: packDays(daily),
    highest: packLevels(frame, highest),
    ...(isSame ? {} : { total: packLevels(frame, total) }),
  }
}

/** One entry per day, in rising order. */
function mergeDays(parts: readonly DayUsage[]): readonly DayUsage[] {
  const days = new Map<number, DayUsage>()
  for (const part of parts) {
    const known = days.get(part.day)
    days.set(part.day, known === undefined ? part : mergeDay(known, part))
  }
  return [...days.values()].sort((one, other) => one.day - other.day)
}

function mergeDay(one: DayUsage, other: DayUsage): DayUsage {
  const [peak, samples] = [Math.max(one.peak, other.peak), one.samples + other.samples]
  const merged = { day: one.day, sketch: mergeSketches(one.sketch, other.sketch), peak, samples }
  const quarters = one.quarters?.map((quarter, index) =>
    mergeSketches(quarter, other.quarters?.[index] ?? []),
  )
  return {
    ...merged,
    // Quarters of a part of the pods alone would be those of other pods than the day's.
    ...(quarters === undefined || other.quarters === undefined ? {} : { quarters }),
    ...mergeBusiest(one, other),
    ...mergePodPeaks(one, other),
  }
}

/** The busiest pod of two parts of a day. The pods of a part without a busiest one are alike, so all of them count as one. */
function mergeBusiest(one: DayUsage, other: DayUsage): Pick<DayUsage, 'busiest'> {
  if (one.busiest === undefined && other.busiest === undefined) return {}
  const [first, second] = [one, other].map(({ busiest, sketch }) => ({
    busiest,
    reached: percentile(busiest ?? sketch, cpuScale, comparedPercentile),
  }))
  const { busiest } = (first?.reached ?? 0) >= (second?.reached ?? 0) ? { ...first } : { ...second }
  return busiest === undefined ? {} : { busiest }
}

/** The peaks of all pods of two parts of a day. A part without them has one, as it is not known how many pods it had. */
function mergePodPeaks(one: DayUsage, other: DayUsage): Pick<DayUsage, 'podPeaks'> {
  if (one.podPeaks === undefined && other.podPeaks === undefined) return {}
  const peaksOf = ({ podPeaks, peak }: DayUsage): Sketch => podPeaks ?? [[bucketOf(memoryScale, peak), 1]]
  return { podPeaks: mergeSketches(peaksOf(one), peaksOf(other)) }
}

function mergeSketches(one: Sketch, other: Sketch): Sketch {
  const sum = emptySketch()
  addSketch(sum, one)
  addSketch(sum, other)
  return finishSketch(sum)
}
