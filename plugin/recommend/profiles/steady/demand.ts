import { visitDays } from '../../../model/daily.ts'
import type { ResourceUsage } from '../../../model/observation.ts'
import { usageValues } from '../../../model/series.ts'
import { bucketStart, percentile, type SketchScale } from '../../../model/sketch.ts'

/** A distribution of usage over buckets; shares add up to 1. */
export type Shares = Float64Array

/** How days weigh: half as much for each day of age, but no day is forgotten, and the weekday of tomorrow counts more. */
const weights = { halfLife: 1, always: 0.2, sameWeekday: 0.1, days: 14 } as const

/** Weight of a day by its age in days; 0 is the last day seen. A table: it is asked for each bucket of each day. */
const weightsByAge: readonly number[] = (() => {
  const { halfLife, always, sameWeekday, days } = weights
  const recent = Array.from({ length: 64 }, (_, age) => 2 ** (-age / halfLife))
  const whole = recent.slice(0, days).reduce((sum, weight) => sum + weight, 0)
  const ofWeekday = (age: number): number => (age % 7 === 6 ? (sameWeekday * whole * 7) / days : 0)
  return recent.map((weight, age) => weight + (always * whole) / days + ofWeekday(age))
})()

/**
 * Usage over the window, as it counts for the time to come: recent days most, every day a little, and the weekdays that
 * come next more than others. `ago` looks at it as it was that many days before the last one.
 */
export function weighedShares(usage: ResourceUsage, ago = 0): Shares {
  const shares = new Float64Array(176)
  let sum = 0
  const add = (bucket: number, weight: number): void => {
    shares[bucket] = (shares[bucket] ?? 0) + weight
    sum += weight
  }
  const { daily, sketch } = usage
  const last = (daily?.days.at(-1) ?? 0) - ago
  if (daily === undefined) for (const [bucket, count] of sketch) add(bucket, count)
  else
    visitDays(daily, (day, bucket, count) => {
      if (day <= last) add(bucket, count * (weightsByAge[Math.min(last - day, weightsByAge.length - 1)] ?? 0))
    })
  for (let bucket = 0; bucket < shares.length; bucket += 1)
    shares[bucket] = (shares[bucket] ?? 0) / (sum || 1)
  return shares
}

/** The mean of a distribution, from the middles of its buckets. */
export function meanOf(shares: Shares, scale: SketchScale): number {
  return shares.reduce(
    (sum, share, bucket) =>
      share === 0 ? sum : sum + (share * (bucketStart(scale, bucket) + bucketStart(scale, bucket + 1))) / 2,
    0,
  )
}

/** The share of the time above a value; the bucket that holds it counts in part. */
export function shareAbove(shares: Shares, scale: SketchScale, value: number): number {
  return shares.reduce((sum, share, bucket) => {
    if (share === 0) return sum
    const [start, end] = [bucketStart(scale, bucket), bucketStart(scale, bucket + 1)]
    return sum + share * Math.min(1, Math.max(0, (end - value) / (end - start)))
  }, 0)
}

/** What more of a resource is worth. */
export interface Price {
  /** Share of the time that one further unit must spare above the request. */
  readonly sharePerUnit: number
  /** Share of the time that the request covers whatever it costs, 0 to 1. */
  readonly covered: number
}

/** A request and the share of the time that usage lies above it. */
export interface PricedRequest {
  readonly value: number
  readonly above: number
}

/**
 * The request where more is no longer worth its price: the end of the bucket with the least of price × request + share
 * of the time above it. A small container gets nearly its peak, for that costs little; a bursty large one does not.
 * The rule is that of the newsvendor: https://en.wikipedia.org/wiki/Newsvendor_model
 */
export function pricedRequest(
  shares: Shares,
  scale: SketchScale,
  { sharePerUnit, covered }: Price,
): PricedRequest {
  let above = 1
  let best = { value: 0, above: 1, cost: Number.POSITIVE_INFINITY }
  // Not entries(): a pair for each bucket of each container is a tenth of a large run.
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

/** How usage moves: hardly, over a day, or in bursts far above its middle. */
export type UsageClass = 'flat' | 'varying' | 'bursty'

/** The class of usage, from its middle and its 99th percentile. */
export function usageClass({ sketch }: ResourceUsage, scale: SketchScale): UsageClass {
  const [middle, high] = [percentile(sketch, scale, 0.5), percentile(sketch, scale, 0.99)]
  return high <= middle * 1.3 ? 'flat' : high <= middle * 3 ? 'varying' : 'bursty'
}

/**
 * The peak that recurs: the second highest of the daily peaks, so that one odd day does not set the request for weeks.
 * Fewer than seven days, or none told apart, give the one highest.
 */
export function recurringPeak({ daily, peak }: ResourceUsage): number {
  if (daily === undefined || daily.peaks.length < 7) return peak
  return [...daily.peaks].sort((one, other) => other - one)[1] ?? peak
}

const recentSlots = (step: number): number => Math.round((7 * 86_400) / step)

/**
 * What the busiest pod uses half of the time, over the last seven days; 0 where slots are not told apart. All pods share
 * one request, and where load is spread unevenly most of the pods say nothing of the one that is always short.
 */
export function busiestPod({ highest }: ResourceUsage, scale: SketchScale): number {
  if (highest === undefined) return 0
  const seen = usageValues(highest, scale)
    .slice(-recentSlots(highest.step))
    .filter((value) => !Number.isNaN(value))
    .sort()
  // Values of a series are the middles of buckets 5 % wide.
  return (seen[Math.floor(seen.length / 2)] ?? 0) * 1.025
}
