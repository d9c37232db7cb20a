import type { ResourceUsage } from '../../../model/observation.ts'
import { usageValues } from '../../../model/series.ts'
import {
  bucketStart,
  mostBuckets,
  type Sketch,
  type SketchScale,
  sketchWeight,
} from '../../../model/sketch.ts'

/** A distribution of usage: the share of the time in each bucket of a sketch. The shares add up to 1. */
export type Shares = Float64Array

/** The distribution of a sketch: every sample has the same weight. */
export function sharesOf(sketch: Sketch): Shares {
  const shares = new Float64Array(mostBuckets)
  const total = sketchWeight(sketch) || 1
  for (const [bucket, weight] of sketch) shares[bucket] = weight / total
  return shares
}

/** Share of the time above a value, 0 to 1; the bucket that holds the value counts in part. */
export function shareAbove(shares: Shares, scale: SketchScale, value: number): number {
  let above = 0
  // Not reduce(): a callback for each bucket of each container takes a tenth of a large run.
  for (let bucket = shares.length - 1; bucket >= 0; bucket -= 1) {
    const share = shares[bucket] ?? 0
    if (share === 0) continue
    const start = bucketStart(scale, bucket)
    if (start >= value) above += share
    else {
      const end = bucketStart(scale, bucket + 1)
      return above + share * Math.max(0, (end - value) / (end - start))
    }
  }
  return above
}

/** The cost of a request in time above it. */
export interface Price {
  /** Time above the request, as a share of all time, that one more unit must remove to be worth its cost. */
  readonly sharePerUnit: number
  /** Share of the time, 0 to 1, that the request always covers. */
  readonly covered: number
}

/** A request, and the share of the time, 0 to 1, with usage above it. */
export interface PricedRequest {
  readonly value: number
  readonly above: number
}

/**
 * The request above which more is not worth the cost: the end of the bucket with the smallest sum of price × request and
 * share of the time above it. A small container gets nearly its peak, which costs little; a large bursty one does not.
 * This is the newsvendor model: https://en.wikipedia.org/wiki/Newsvendor_model
 */
export function pricedRequest(
  shares: Shares,
  scale: SketchScale,
  { sharePerUnit, covered }: Price,
): PricedRequest {
  let above = 1
  let best = { value: 0, above: 1, cost: Number.POSITIVE_INFINITY }
  // Not entries(): allocating a pair for each bucket of each container takes a tenth of a large run.
  for (let bucket = 0; bucket < shares.length; bucket += 1) {
    const share = shares[bucket] ?? 0
    above -= share
    if (share === 0 || above > 1 - covered + 1e-9) continue
    const value = bucketStart(scale, bucket + 1)
    const cost = sharePerUnit * value + above
    if (cost < best.cost) best = { value, above: Math.max(0, above), cost }
  }
  return { value: best.value, above: best.above }
}

/**
 * The second-highest daily peak, so that one unusual day does not determine the request for weeks. With fewer than seven days,
 * or without daily data, the highest peak.
 */
export function recurringPeak({ daily, peak }: ResourceUsage): number {
  if (daily === undefined || daily.peaks.length < 7) return peak
  return [...daily.peaks].sort((one, other) => other - one)[1] ?? peak
}

const recentSlots = (step: number): number => Math.round((7 * 86_400) / step)

/**
 * Median usage of the busiest pod over the last seven days, in the unit of the scale; 0 without data by slot. All pods share
 * one request: with unevenly spread load, the samples of all pods together hide the one that is always short.
 */
export function busiestPod({ highest }: ResourceUsage, scale: SketchScale): number {
  if (highest === undefined) return 0
  const values = usageValues(highest, scale)
    .slice(-recentSlots(highest.step))
    .filter((value) => !Number.isNaN(value))
    .sort()
  // Values of a series are the middles of buckets 5 % wide.
  return (values[Math.floor(values.length / 2)] ?? 0) * 1.025
}
