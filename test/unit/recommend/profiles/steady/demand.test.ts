import { describe, expect, it } from 'vitest'
import { packDays } from '../../../../../plugin/model/daily.ts'
import type { ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { levelOf, packLevels } from '../../../../../plugin/model/series.ts'
import { bucketStart, cpuScale, mostBuckets } from '../../../../../plugin/model/sketch.ts'
import {
  busiestPod,
  pricedRequest,
  recurringPeak,
  shareAbove,
  sharesOf,
} from '../../../../../plugin/recommend/profiles/steady/demand.ts'
import { inBucket } from './rule-builders.ts'

/** Daily usage from the 100th day since 1970, with all samples of a day in one bucket. */
const days = (...buckets: number[]): ResourceUsage => ({
  ...inBucket(0),
  daily: packDays(
    buckets.map((bucket, index) => ({
      day: 100 + index,
      sketch: [[bucket, 1000]],
      peak: bucket,
      samples: 1000,
    })),
  ),
})

const nonZero = (shares: Float64Array): Record<number, number> =>
  Object.fromEntries([...shares.entries()].filter(([, share]) => share > 0))

describe('the distribution of usage', () => {
  it('is that of the sketch without daily data', () => {
    expect(
      nonZero(
        sharesOf([
          [3, 1],
          [7, 3],
        ]),
      ),
    ).toEqual({ 3: 0.25, 7: 0.75 })
  })

  it('is 0 everywhere without usage', () => {
    expect(nonZero(sharesOf([]))).toEqual({})
    expect(sharesOf([])).toHaveLength(mostBuckets)
    expect(Number.isNaN(sharesOf([])[0])).toBe(false)
  })
})

describe('the time above a value', () => {
  const start = (bucket: number): number => bucketStart(cpuScale, bucket)

  it('count part of the bucket that holds the value', () => {
    const shares = sharesOf([
      [4, 1],
      [9, 3],
    ])
    expect(shareAbove(shares, cpuScale, 0)).toBe(1)
    expect(shareAbove(shares, cpuScale, start(4))).toBeCloseTo(1, 12)
    expect(shareAbove(shares, cpuScale, start(5))).toBeCloseTo(0.75, 12)
    expect(shareAbove(shares, cpuScale, start(9) + (start(10) - start(9)) / 4)).toBeCloseTo(0.5625, 12)
    expect(shareAbove(shares, cpuScale, start(10))).toBe(0)
    expect(shareAbove(shares, cpuScale, 1e6)).toBe(0)
  })
})

describe('the priced request', () => {
  const shares = sharesOf([
    [10, 80],
    [20, 15],
    [40, 5],
  ])
  const priced = (sharePerUnit: number, covered: number) =>
    pricedRequest(shares, cpuScale, { sharePerUnit, covered })
  const end = (bucket: number): number => bucketStart(cpuScale, bucket + 1)

  it('is the highest usage when CPU costs nothing', () => {
    expect(priced(0, 0)).toEqual({ value: end(40), above: 0 })
  })

  it('is the least that must be covered when CPU is expensive', () => {
    expect(priced(1, 0).value).toBe(end(10))
    expect(priced(1, 0).above).toBeCloseTo(0.2, 12)
    expect(priced(1, 0.8).value).toBe(end(10))
    expect(priced(1, 0.81).value).toBe(end(20))
    expect(priced(1, 0.95).value).toBe(end(20))
    expect(priced(1, 0.96).value).toBe(end(40))
    expect(priced(1, 1)).toEqual({ value: end(40), above: 0 })
  })

  it('includes one more bucket while that removes more time above it than it costs', () => {
    const between = (low: number, high: number, share: number) => share / (end(high) - end(low))
    expect(priced(between(10, 20, 0.15) * 0.99, 0).value).toBe(end(20))
    expect(priced(between(10, 20, 0.15) * 1.01, 0).value).toBe(end(10))
    expect(priced(between(20, 40, 0.05) * 0.99, 0.9).value).toBe(end(40))
    expect(priced(between(20, 40, 0.05) * 1.01, 0.9).value).toBe(end(20))
  })

  it('is 0 without usage', () => {
    expect(pricedRequest(sharesOf([]), cpuScale, { sharePerUnit: 0, covered: 0 })).toEqual({
      value: 0,
      above: 1,
    })
  })
})

describe('the recurring peak', () => {
  it('is the second-highest daily peak of seven days or more', () => {
    expect(recurringPeak({ ...days(4, 9, 1, 2, 3, 7, 5), peak: 9 })).toBe(7)
    expect(recurringPeak({ ...days(10, 9, 100, 2, 3, 7, 5, 90), peak: 100 })).toBe(90)
  })

  it('is the highest peak of fewer days, and without daily data', () => {
    expect(recurringPeak({ ...days(4, 9, 1, 2, 3, 7), peak: 9 })).toBe(9)
    expect(recurringPeak(inBucket(1, { peak: 42 }))).toBe(42)
  })
})

describe('the busiest pod', () => {
  const step = 3600
  const week = 7 * 24
  const series = (values: readonly number[], seconds = step): ResourceUsage =>
    inBucket(0, {
      highest: packLevels(
        { first: seconds, step: seconds },
        Uint8Array.from(values, (value) => levelOf(cpuScale, value)),
      ),
    })
  const busiest = (values: readonly number[], seconds?: number) =>
    busiestPod(series(values, seconds), cpuScale)
  const near = (value: number) => [value * 0.97, value * 1.08] as const

  const expectNear = (actual: number, value: number): void => {
    const [low, high] = near(value)
    expect(actual).toBeGreaterThan(low)
    expect(actual).toBeLessThan(high)
  }

  it('is the median over the hours', () => {
    expectNear(busiest([...Array(50).fill(100), ...Array(51).fill(900)]), 900)
    expectNear(busiest([...Array(51).fill(100), ...Array(50).fill(900)]), 100)
  })

  it('uses the last seven days, at any step', () => {
    expectNear(busiest([...Array(900).fill(100), ...Array(week).fill(900)]), 900)
    expectNear(busiest([...Array(900).fill(100), ...Array(week / 2 + 1).fill(900)]), 900)
    expectNear(busiest([...Array(900).fill(100), ...Array(week / 2 - 1).fill(900)]), 100)
    expectNear(busiest([...Array(900).fill(100), ...Array(week - 1).fill(900)], 1800), 100)
  })

  it('uses only the hours with samples', () => {
    expectNear(busiest([100, 900, Number.NaN, 900, Number.NaN, Number.NaN]), 900)
  })

  it('is 0 without any', () => {
    expect(busiest([Number.NaN])).toBe(0)
    expect(busiestPod(inBucket(1), cpuScale)).toBe(0)
  })

  it('is the upper end of its bucket, or slightly more', () => {
    expect(busiest([0])).toBeCloseTo(0.5 * 1.025, 9)
  })
})
