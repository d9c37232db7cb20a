/**
 * Series over the window, one value per slot, small enough to keep for every container of a fleet.
 *
 * Usage is stored as the number of its sketch bucket, one byte per slot: precise to 2.5 % (to 5m or 5 MB in the first bucket),
 * and 4 KB for 14 days at 5 minutes. Numbers of pods are exact, two bytes per slot. A slot without a sample differs from zero.
 */
import { packBytes, unpackBytes } from './packing.ts'
import { bucketOf, bucketStart, type SketchScale } from './sketch.ts'

/** The times of the slots of a series. */
export interface SeriesFrame {
  /** Time of the first slot, in seconds since 1970, UTC. A slot covers the `step` seconds that end at its time. */
  readonly first: number
  /** Seconds between slots. */
  readonly step: number
}

/** A series with packed values in the order of slots. */
export interface Series extends SeriesFrame {
  readonly packed: string
}

/** Time of the last slot of a usage series, in seconds since 1970, UTC. */
export const seriesEnd = ({ first, step, packed }: Series): number =>
  first + (unpackBytes(packed).length - 1) * step

const bucketValues = (scale: SketchScale): Float64Array =>
  Float64Array.from({ length: 256 }, (_, level) =>
    level === 0 ? Number.NaN : (bucketStart(scale, level - 1) + bucketStart(scale, level)) / 2,
  )

const valuesOfScale = new Map<SketchScale, Float64Array>()

function valuesOf(scale: SketchScale): Float64Array {
  const values = valuesOfScale.get(scale) ?? bucketValues(scale)
  valuesOfScale.set(scale, values)
  return values
}

/** The level of a sample: 0 for `NaN`, else its bucket plus one. Levels have the order of their samples. */
export const levelOf = (scale: SketchScale, value: number): number =>
  value >= 0 ? bucketOf(scale, value) + 1 : 0

/** Packs levels, one byte per slot. */
export const packLevels = (frame: SeriesFrame, levels: Uint8Array): Series => ({
  first: frame.first,
  step: frame.step,
  packed: packBytes(levels),
})

/** The levels of a usage series, one per slot. */
const unpackLevels = ({ packed }: Series): Uint8Array => unpackBytes(packed)

/** How many series are kept unpacked: the rules for one workload read the same few again and again. */
const mostUnpacked = 12
const unpacked: { readonly series: Series; readonly scale: SketchScale; readonly values: Float64Array }[] = []

/** Usage by slot, in the unit of the scale; `NaN` without a sample. The result is shared, so nothing may change it. */
export function usageValues(series: Series, scale: SketchScale): Float64Array {
  const known = unpacked.find((one) => one.series === series && one.scale === scale)
  if (known !== undefined) return known.values
  const [levels, table] = [unpackLevels(series), valuesOf(scale)]
  const values = new Float64Array(levels.length)
  for (let slot = 0; slot < levels.length; slot += 1) values[slot] = table[levels[slot] ?? 0] ?? Number.NaN
  unpacked.push({ series, scale, values })
  if (unpacked.length > mostUnpacked) unpacked.shift()
  return values
}

/** Packs numbers of pods, up to 65,534 per slot; `NaN` without a sample. */
export function packCounts(frame: SeriesFrame, counts: ArrayLike<number>): Series {
  const bytes = new Uint8Array(counts.length * 2)
  for (let slot = 0; slot < counts.length; slot += 1) {
    const count = counts[slot] ?? Number.NaN
    const level = count >= 0 ? Math.min(Math.round(count), 65_534) + 1 : 0
    bytes[slot * 2] = level & 255
    bytes[slot * 2 + 1] = level >> 8
  }
  return { first: frame.first, step: frame.step, packed: packBytes(bytes) }
}

/** Number of pods by slot; `NaN` without a sample. */
export function countValues({ packed }: Series): Float64Array {
  const bytes = unpackBytes(packed)
  const counts = new Float64Array(bytes.length >> 1)
  for (let slot = 0; slot < counts.length; slot += 1) {
    const level = (bytes[slot * 2] ?? 0) | ((bytes[slot * 2 + 1] ?? 0) << 8)
    counts[slot] = level === 0 ? Number.NaN : level - 1
  }
  return counts
}

// 1970 began on a Thursday, three days after a Monday.
const hourOfWeek = (time: number): number => (Math.floor(time / 3600) + 72) % 168

/**
 * The highest value in each of the 168 hours of the week, from Monday 00:00; `NaN` for hours without a sample. `hourOf` gives the hour
 * of a time in seconds since 1970; UTC when left out.
 */
export function highestByHourOfWeek(
  values: Float64Array,
  { first, step }: SeriesFrame,
  hourOf: (time: number) => number = hourOfWeek,
): Float64Array {
  const hours = new Float64Array(168).fill(Number.NaN)
  for (const [slot, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const hour = hourOf(first + (slot - 1) * step)
    const known = hours[hour] ?? Number.NaN
    hours[hour] = Number.isNaN(known) ? value : Math.max(known, value)
  }
  return hours
}
