import { packBytes, unpackBytes } from './packing.ts'
import type { Sketch } from './sketch.ts'

/** Usage of one day: all samples of all pods, in the unit of the sketch's scale. */
export interface DayUsage {
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly sketch: Sketch
  /** The highest sample, exact. */
  readonly peak: number
  readonly samples: number
}

/**
 * The days of one resource in packed form, in rising order. Sketches merge by adding weights, so days can be read one at a
 * time, cached, and weighted by age. `sketches` holds for each day the number of buckets, then bucket (one byte) and weight
 * (four bytes, lowest first) of each: about 50 bytes per day.
 */
export interface DailyUsage {
  readonly days: readonly number[]
  readonly peaks: readonly number[]
  readonly samples: readonly number[]
  readonly sketches: string
}

/** Packs days. Weights are rounded to whole numbers, and are 1 at least. */
export function packDays(days: readonly DayUsage[]): DailyUsage {
  const size = days.reduce((sum, { sketch }) => sum + 1 + 5 * sketch.length, 0)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { sketch } of days) {
    view.setUint8(at, sketch.length)
    at += 1
    for (const [bucket, weight] of sketch) {
      view.setUint8(at, bucket)
      view.setUint32(at + 1, Math.max(1, Math.round(weight)), true)
      at += 5
    }
  }
  return {
    days: days.map(({ day }) => day),
    peaks: days.map(({ peak }) => peak),
    samples: days.map(({ samples }) => samples),
    sketches: packBytes(bytes),
  }
}

/** Calls `visit` for every bucket of every day, without unpacking them: a fleet has millions. */
export function visitDays(
  { days, sketches }: DailyUsage,
  visit: (day: number, bucket: number, weight: number) => void,
): void {
  const bytes = unpackBytes(sketches)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const day of days) {
    const length = view.getUint8(at)
    at += 1
    for (let nth = 0; nth < length; nth += 1) {
      visit(day, view.getUint8(at), view.getUint32(at + 1, true))
      at += 5
    }
  }
}

/** Unpacks days. Throws when `sketches` is not the output of `packDays`. */
export function unpackDays({ days, peaks, samples, sketches }: DailyUsage): readonly DayUsage[] {
  const bytes = unpackBytes(sketches)
  const view = new DataView(bytes.buffer)
  let at = 0
  return days.map((day, index) => {
    const length = view.getUint8(at)
    const sketch = Array.from({ length }, (_, nth): readonly [number, number] => {
      const place = at + 1 + nth * 5
      return [view.getUint8(place), view.getUint32(place + 1, true)]
    })
    at += 1 + 5 * length
    return { day, sketch, peak: peaks[index] ?? 0, samples: samples[index] ?? 0 }
  })
}
