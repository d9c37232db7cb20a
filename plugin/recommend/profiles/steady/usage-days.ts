import { quartersPerDay } from '../../../model/daily.ts'
import type { UsageBlocks } from './usage-blocks.ts'

/** Days that show that usage rises from day to day. */
const risingDays = 5

/** A distribution of usage over the buckets of blocks, from the lowest one on. The shares add up to `weight`. */
export interface Weighted {
  readonly shares: Float64Array
  weight: number
}

/** A day of usage: its distribution, and its blocks by index. */
export interface Day extends Weighted {
  readonly day: number
  readonly blocks: number[]
}

/** Used again for each forecast: to allocate its rows takes longer than to compute with them. No row outlives a forecast. */
let scratch = new Float64Array(4096)

/** Gives rows of zeros, one a call. */
export function zeroRows(size: number): () => Float64Array {
  let from = 0
  return () => {
    if (from + size > scratch.length) {
      scratch = new Float64Array(Math.max(size, scratch.length) * 2)
      from = 0
    }
    from += size
    return scratch.subarray(from - size, from).fill(0)
  }
}

/** The blocks by day, in rising order. */
export function daysOf(
  { numbers, starts, buckets, weights, lowest }: UsageBlocks,
  rows: () => Float64Array,
): readonly Day[] {
  const days: Day[] = []
  for (let index = 0; index < numbers.length; index += 1) {
    const number = Math.floor((numbers[index] ?? 0) / quartersPerDay)
    let day = days.at(-1)
    if (day?.day !== number) {
      day = { day: number, blocks: [], shares: rows(), weight: 0 }
      days.push(day)
    }
    day.blocks.push(index)
    for (let at = starts[index] ?? 0; at < (starts[index + 1] ?? 0); at += 1) {
      const place = (buckets[at] ?? 0) - lowest
      const weight = weights[at] ?? 0
      day.shares[place] = (day.shares[place] ?? 0) + weight
      day.weight += weight
    }
  }
  return days
}

/**
 * True when the median of each of the last days is above that of the day before, by a tenth in all. Then every forecast was too
 * low, and the lowest would have cost least: past costs say nothing.
 */
export function isRising(days: readonly Day[], ends: Float64Array): boolean {
  const medians = days.slice(-risingDays).map((day) => ends[medianPlace(day)] ?? 0)
  const [first = 0, last = 0] = [medians[0], medians.at(-1)]
  const rises = medians.every((median, index) => index === 0 || median > (medians[index - 1] ?? 0))
  return medians.length === risingDays && rises && last >= first * 1.1
}

function medianPlace({ shares, weight }: Day): number {
  let passed = 0
  return shares.findIndex((share) => {
    passed += share
    return passed >= weight / 2
  })
}
