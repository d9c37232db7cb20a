import { packSketches, pushSketch, unpackSketches } from './packed-sketches.ts'
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
  /** The same samples in quarters of the day, from 00:00 UTC; absent where they were not recorded. */
  readonly quarters?: readonly Sketch[]
  /** Of CPU: the samples of the pod with the highest 80th percentile; absent where that is not above the percentile of all pods. */
  readonly busiest?: Sketch
  /** Of memory: the highest sample of each pod, one a pod; absent where all pods are in one bucket. */
  readonly podPeaks?: Sketch
}

/** Quarters of a day: usage of six hours each. */
export const quartersPerDay = 4

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
  /**
   * Quarters of days, for each day: 0 where they were not recorded, or 4; then for each quarter the number of buckets, and bucket (one
   * byte) and weight (seven bits a byte, lowest first; the highest bit says that one more follows) of each.
   */
  readonly quarters?: string
  /** `busiest` and `podPeaks` of the days, packed by `packSketches`; empty for days without. Absent when all days are without. */
  readonly busiest?: string
  readonly podPeaks?: string
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
    ...(days.some(({ quarters }) => quarters !== undefined) ? { quarters: packQuarters(days) } : {}),
    ...packPods(days, 'busiest'),
    ...packPods(days, 'podPeaks'),
  }
}

function packPods(days: readonly DayUsage[], what: 'busiest' | 'podPeaks'): Pick<DailyUsage, typeof what> {
  const sketches = days.map((day) => day[what] ?? [])
  return sketches.some(({ length }) => length > 0) ? { [what]: packSketches(sketches) } : {}
}

function unpackPods(packed: string | undefined, count: number): readonly (Sketch | undefined)[] {
  const sketches = packed === undefined ? [] : unpackSketches(packed, count)
  return sketches.map((sketch) => (sketch.length === 0 ? undefined : sketch))
}

function packQuarters(days: readonly DayUsage[]): string {
  const bytes: number[] = []
  for (const { quarters = [] } of days) {
    bytes.push(quarters.length)
    for (const sketch of quarters) pushSketch(bytes, sketch)
  }
  return packBytes(Uint8Array.from(bytes))
}

/**
 * Calls `visit` for every bucket of every quarter of the days that have them, with the number of the quarter in its day, and `begin`
 * with the number of quarters of each day before that. Throws when `quarters` is not the output of `packDays`.
 */
export function visitQuarters(
  { days, quarters }: DailyUsage,
  begin: (day: number, quarters: number) => void,
  visit: (day: number, quarter: number, bucket: number, weight: number) => void,
): void {
  const bytes = unpackBytes(quarters ?? '')
  let at = 0
  for (const day of days) {
    const count = quarters === undefined ? 0 : (bytes[at++] ?? cutOff())
    begin(day, count)
    for (let quarter = 0; quarter < count; quarter += 1)
      for (let left = bytes[at++] ?? cutOff(); left > 0; left -= 1) {
        const bucket = bytes[at++] ?? cutOff()
        let weight = 0
        let unit = 1
        let byte = bytes[at++] ?? cutOff()
        for (; byte > 127; byte = bytes[at++] ?? cutOff()) {
          weight += (byte - 128) * unit
          unit *= 128
        }
        visit(day, quarter, bucket, weight + byte * unit)
      }
  }
}

function cutOff(): never {
  throw new RangeError('the quarters of the days are cut off')
}

function unpackQuarters(daily: DailyUsage): readonly (readonly Sketch[] | undefined)[] {
  const all: ([number, number][][] | undefined)[] = []
  visitQuarters(
    daily,
    (_, count) => all.push(count === 0 ? undefined : Array.from({ length: count }, () => [])),
    (_, quarter, bucket, weight) => all.at(-1)?.[quarter]?.push([bucket, weight]),
  )
  return all
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
export function unpackDays(daily: DailyUsage): readonly DayUsage[] {
  const { days, peaks, samples, sketches } = daily
  const quarters = unpackQuarters(daily)
  const busiest = unpackPods(daily.busiest, days.length)
  const podPeaks = unpackPods(daily.podPeaks, days.length)
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
    const [ofDay, pod, peaksOfPods] = [quarters[index], busiest[index], podPeaks[index]]
    return {
      day,
      sketch,
      peak: peaks[index] ?? 0,
      samples: samples[index] ?? 0,
      ...(ofDay === undefined ? {} : { quarters: ofDay }),
      ...(pod === undefined ? {} : { busiest: pod }),
      ...(peaksOfPods === undefined ? {} : { podPeaks: peaksOfPods }),
    }
  })
}
