import { type DayUsage, packDays } from './daily.ts'
import type { ResourceUsage } from './observation.ts'
import { levelOf, packLevels, type SeriesFrame } from './series.ts'
import {
  addSample,
  addSketch,
  emptySketch,
  finishSketch,
  type SketchBuffer,
  type SketchScale,
} from './sketch.ts'

/** The slots of samples. */
export interface SlotFrame extends SeriesFrame {
  readonly count: number
}

interface DayBuffer {
  readonly buffer: SketchBuffer
  peak: number
  samples: number
}

/** Records the usage of one resource of one container. Its size depends on the number of slots and days, not of samples or pods. */
export interface UsageRecorder {
  /** Adds a pod's sample at the index of a slot, in the unit of the scale. The caller checks both. */
  add(slot: number, value: number): void
  /** The recorded usage; `undefined` without samples. */
  finish(): ResourceUsage | undefined
}

/** An empty recorder. A slot belongs to the day in which it ends. */
export function usageRecorder(scale: SketchScale, { first, step, count }: SlotFrame): UsageRecorder {
  const days = new Map<number, DayBuffer>()
  let highest: Uint8Array | undefined
  let total: Float32Array | undefined

  const add = (slot: number, value: number): void => {
    const day = dayOf(first + slot * step, step)
    const known = days.get(day) ?? { buffer: emptySketch(), peak: 0, samples: 0 }
    days.set(day, known)
    addSample(known.buffer, scale, value)
    known.peak = Math.max(known.peak, value)
    known.samples += 1
    highest ??= new Uint8Array(count)
    total ??= new Float32Array(count)
    highest[slot] = Math.max(highest[slot] ?? 0, levelOf(scale, value))
    total[slot] = (total[slot] ?? 0) + value
  }

  const finish = (): ResourceUsage | undefined => {
    if (highest === undefined || total === undefined) return undefined
    const totals = totalLevels(scale, highest, total)
    const same = totals.every((level, slot) => level === highest?.[slot])
    return {
      ...sumOfDays(days.values()),
      daily: packDays(finishedDays(days)),
      highest: packLevels({ first, step }, highest),
      ...(same ? {} : { total: packLevels({ first, step }, totals) }),
    }
  }

  return { add, finish }
}

/** The day (since 1970, UTC) of a slot, which covers the step before its time. */
export const dayOf = (time: number, step: number): number => Math.floor((time - step) / 86_400)

function totalLevels(scale: SketchScale, highest: Uint8Array, total: Float32Array): Uint8Array {
  return highest.map((level, slot) => (level === 0 ? 0 : Math.max(level, levelOf(scale, total[slot] ?? 0))))
}

function finishedDays(days: ReadonlyMap<number, DayBuffer>): readonly DayUsage[] {
  return [...days]
    .sort(([one], [other]) => one - other)
    .map(([day, { buffer, peak, samples }]) => ({ day, sketch: finishSketch(buffer), peak, samples }))
}

function sumOfDays(days: Iterable<DayBuffer>): Pick<ResourceUsage, 'sketch' | 'peak' | 'samples'> {
  const whole = emptySketch()
  let [peak, samples] = [0, 0]
  for (const day of days) {
    addSketch(whole, finishSketch(day.buffer))
    peak = Math.max(peak, day.peak)
    samples += day.samples
  }
  return { sketch: finishSketch(whole), peak, samples }
}
