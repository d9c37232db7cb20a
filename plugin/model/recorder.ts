import { type DayUsage, packDays, quartersPerDay } from './daily.ts'
import type { ResourceUsage } from './observation.ts'
import { addToPod, endPod, finishPods, type PodRecord, podRecord } from './pod-recorder.ts'
import { levelOf, packLevels, type SeriesFrame } from './series.ts'
import {
  addSketch,
  addWeight,
  bucketOf,
  cpuScale,
  emptySketch,
  finishSketch,
  type Sketch,
  type SketchBuffer,
  type SketchScale,
} from './sketch.ts'

/** The slots of samples. */
export interface SlotFrame extends SeriesFrame {
  readonly count: number
}

interface DayBuffer {
  /** One for each quarter of the day with samples; one for the whole day where quarters are not kept. */
  readonly buffers: (SketchBuffer | undefined)[]
  readonly pods: PodRecord
  peak: number
  samples: number
}

const secondsPerDay = 86_400

/** Records the usage of one resource of one container. Its size depends on the number of slots and days, not of samples or pods. */
export interface UsageRecorder {
  /** Adds a pod's sample at the index of a slot, in the unit of the scale. The caller checks both. */
  add(slot: number, value: number): void
  /** Says that the samples since the last call were one pod's, so that what differs between pods is recorded. */
  endPod(): void
  /** The recorded usage; `undefined` without samples. */
  finish(): ResourceUsage | undefined
}

/** An empty recorder. A slot belongs to the day in which it ends. Of CPU, quarters of days are kept too, for slots that fit into them. */
export function usageRecorder(scale: SketchScale, { first, step, count }: SlotFrame): UsageRecorder {
  const days = new Map<number, DayBuffer>()
  const parts = scale === cpuScale && step <= secondsPerDay / quartersPerDay ? quartersPerDay : 1
  let highest: Uint8Array | undefined
  let total: Float32Array | undefined

  const add = (slot: number, value: number): void => {
    const day = dayOf(first + slot * step, step)
    const known = days.get(day) ?? {
      buffers: new Array(parts),
      pods: podRecord(),
      peak: 0,
      samples: 0,
    }
    days.set(day, known)
    const part = Math.floor(((first + (slot - 1) * step - day * secondsPerDay) * parts) / secondsPerDay)
    const buffer = known.buffers[part] ?? emptySketch(scale)
    known.buffers[part] = buffer
    const bucket = bucketOf(scale, value)
    addWeight(buffer, bucket, 1)
    addToPod(known.pods, scale, bucket)
    known.peak = Math.max(known.peak, value)
    known.samples += 1
    highest ??= new Uint8Array(count)
    total ??= new Float32Array(count)
    highest[slot] = Math.max(highest[slot] ?? 0, bucket + 1)
    total[slot] = (total[slot] ?? 0) + value
  }
  const endPods = (): void => {
    for (const { pods } of days.values()) endPod(pods)
  }

  const finish = (): ResourceUsage | undefined => {
    if (highest === undefined || total === undefined) return undefined
    const totals = totalLevels(scale, highest, total)
    const same = totals.every((level, slot) => level === highest?.[slot])
    const finished = finishedDays(days)
    return {
      ...sumOfDays(finished),
      daily: packDays(finished),
      highest: packLevels({ first, step }, highest),
      ...(same ? {} : { total: packLevels({ first, step }, totals) }),
    }
  }

  return { add, endPod: endPods, finish }
}

/** The day (since 1970, UTC) of a slot, which covers the step before its time. */
export const dayOf = (time: number, step: number): number => Math.floor((time - step) / secondsPerDay)

function totalLevels(scale: SketchScale, highest: Uint8Array, total: Float32Array): Uint8Array {
  return highest.map((level, slot) => (level === 0 ? 0 : Math.max(level, levelOf(scale, total[slot] ?? 0))))
}

function finishedDays(days: ReadonlyMap<number, DayBuffer>): readonly DayUsage[] {
  return [...days]
    .sort(([one], [other]) => one - other)
    .map(([day, { buffers, pods, peak, samples }]) => {
      const parts = Array.from(buffers, (buffer) => (buffer === undefined ? [] : finishSketch(buffer)))
      const sketch = sumOfSketches(parts)
      return {
        day,
        sketch,
        peak,
        samples,
        ...finishPods(pods, sketch),
        ...(parts.length > 1 ? { quarters: parts } : {}),
      }
    })
}

function sumOfSketches(sketches: readonly Sketch[]): Sketch {
  const [first = [], ...more] = sketches
  if (more.length === 0) return first
  const sum = emptySketch()
  for (const sketch of sketches) addSketch(sum, sketch)
  return finishSketch(sum)
}

function sumOfDays(days: Iterable<DayUsage>): Pick<ResourceUsage, 'sketch' | 'peak' | 'samples'> {
  const whole = emptySketch()
  let [peak, samples] = [0, 0]
  for (const day of days) {
    addSketch(whole, day.sketch)
    peak = Math.max(peak, day.peak)
    samples += day.samples
  }
  return { sketch: finishSketch(whole), peak, samples }
}
