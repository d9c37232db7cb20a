import { describe, expect, it } from 'vitest'
import { type DayUsage, packDays } from '../../../../../plugin/model/daily.ts'
import type { ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { bucketStart, cpuScale, type Sketch } from '../../../../../plugin/model/sketch.ts'
import { forecast, recentMean } from '../../../../../plugin/recommend/profiles/steady/forecast.ts'
import { recentShares, usageBlocks } from '../../../../../plugin/recommend/profiles/steady/usage-blocks.ts'
import { inBucket } from './rule-builders.ts'

/** A day whose quarters are in one bucket each. */
const day = (number: number, ...buckets: number[]): DayUsage => ({
  day: number,
  sketch: buckets
    .map((bucket): readonly [number, number] => [bucket, 72])
    .sort(([one], [other]) => one - other),
  peak: 1,
  samples: 288,
  quarters: buckets.map((bucket): Sketch => [[bucket, 72]]),
})
const flat = (number: number, bucket: number): DayUsage => day(number, bucket, bucket, bucket, bucket)
const usage = (days: readonly DayUsage[]): ResourceUsage => ({ ...inBucket(0), daily: packDays(days) })
const price = { sharePerUnit: 0.0005, covered: 0.9 }
const forecastOf = (days: readonly DayUsage[]) => forecast(usageBlocks(usage(days)), cpuScale, price)
const many = (count: number, bucket: (number: number) => number) =>
  Array.from({ length: count }, (_, number) => flat(100 + number, bucket(number)))

describe('the forecast of usage', () => {
  it('adds up to 1, and is that of the sketch without days', () => {
    const shares = forecast(
      usageBlocks({
        ...inBucket(0),
        sketch: [
          [3, 1],
          [9, 3],
        ],
      }),
      cpuScale,
      price,
    )
    expect(shares).toHaveLength(cpuScale.count)
    expect(shares[3]).toBeCloseTo(0.25, 12)
    expect(shares[9]).toBeCloseTo(0.75, 12)
    const sum = forecastOf(many(14, (number) => number)).reduce((total, share) => total + share, 0)
    expect(sum).toBeCloseTo(1, 12)
  })

  it('is 0 everywhere without usage', () => {
    const shares = forecast(usageBlocks({ ...inBucket(0), sketch: [] }), cpuScale, price)
    expect(shares.every((share) => share === 0)).toBe(true)
  })

  it('is the bucket of flat usage, whole', () => {
    expect(forecastOf(many(14, () => 20))[20]).toBeCloseTo(1, 12)
  })

  it('moves to a new level within days', () => {
    const moved = (days: number) => forecastOf(many(14, (number) => (number < 14 - days ? 20 : 30)))[30] ?? 0
    expect(moved(1)).toBeGreaterThan(0.5)
    expect(moved(3)).toBeGreaterThan(0.75)
    expect(moved(6)).toBeGreaterThan(moved(3))
  })

  it('follows usage that rises from day to day, although the lowest forecasts cost least then', () => {
    const rising = forecastOf(many(14, (number) => 20 + number))
    expect(rising.subarray(33).reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.2)
  })

  it('gives the last quarter of a day more weight than the first', () => {
    const shares = forecastOf([day(100, 10, 20, 30, 40)])
    expect(shares[40]).toBeGreaterThan(shares[10] ?? 1)
  })

  it('learns that one weekday repeats: the costly forecasts of past weeks lose their weight', () => {
    const weekly = many(28, (number) => (number % 7 === 0 ? 40 : 20))
    const without = many(28, () => 20).map((one, index) => (index === 21 ? flat(121, 40) : one))
    expect(forecastOf(weekly)[40]).toBeGreaterThan(forecastOf(without)[40] ?? 1)
  })

  it('does not depend on the order of samples in a block, nor on the number of pods', () => {
    const doubled = many(10, (number) => number % 3).map((one) => ({
      ...one,
      sketch: one.sketch.map(([bucket, weight]): readonly [number, number] => [bucket, weight * 2]),
      quarters:
        one.quarters?.map((quarter) =>
          quarter.map(([bucket, weight]): readonly [number, number] => [bucket, weight * 2]),
        ) ?? [],
    }))
    const [one, two] = [forecastOf(many(10, (number) => number % 3)), forecastOf(doubled)]
    for (const [bucket, share] of one.entries()) expect(two[bucket]).toBeCloseTo(share, 12)
  })
})

describe('the blocks of usage', () => {
  const withoutQuarters = ({ quarters: _, ...one }: DayUsage): DayUsage => one

  it('are the quarters of the days', () => {
    const { numbers, buckets, lowest, highest } = usageBlocks(usage([day(3, 5, 6, 7, 8)]))
    expect(numbers).toEqual([12, 13, 14, 15])
    expect([...buckets.subarray(0, 4)]).toEqual([5, 6, 7, 8])
    expect([lowest, highest]).toEqual([5, 8])
  })

  it('of an old cache are equal parts of its days, beside new days with quarters', () => {
    const mixed = [withoutQuarters(day(3, 5, 6, 7, 8)), day(4, 9, 9, 9, 9)]
    const { numbers, weights, starts } = usageBlocks(usage(mixed))
    expect(numbers).toEqual([12, 13, 14, 15, 16, 17, 18, 19])
    expect(starts).toEqual([0, 4, 8, 12, 16, 17, 18, 19, 20])
    expect([...weights.slice(0, 4)]).toEqual([18, 18, 18, 18])
    const old = usageBlocks(usage([withoutQuarters(day(3, 5, 6, 7, 8))]))
    expect(old.numbers).toEqual([12, 13, 14, 15])
    expect(forecast(old, cpuScale, price)[5]).toBeCloseTo(0.25, 12)
  })

  it('leave out quarters without samples', () => {
    const half = { ...day(3, 5, 6), quarters: [[], [[5, 72]], [], [[6, 72]]] as readonly Sketch[] }
    expect(usageBlocks(usage([half])).numbers).toEqual([13, 15])
  })
})

describe('the usage of the last days', () => {
  it('is that of their samples, and that of the sketch without days', () => {
    const nonZero = (shares: Float64Array): Record<number, number> =>
      Object.fromEntries([...shares.entries()].filter(([, share]) => share > 0))
    const days = usageBlocks(usage([flat(3, 10), flat(4, 11), flat(5, 12)]))
    expect(nonZero(recentShares(days, 1))).toEqual({ 12: 1 })
    expect(nonZero(recentShares(days, 2))).toEqual({ 11: 0.5, 12: 0.5 })
    expect(nonZero(recentShares(days, 9))).toMatchObject({ 10: expect.closeTo(1 / 3, 12) })
    expect(nonZero(recentShares(usageBlocks({ ...inBucket(0), sketch: [[4, 2]] }), 2))).toEqual({ 4: 1 })
  })
})

describe('the recent mean', () => {
  it('halves the weight of usage in two days', () => {
    const middle = (bucket: number) => (bucketStart(cpuScale, bucket) + bucketStart(cpuScale, bucket + 1)) / 2
    expect(recentMean(usageBlocks(usage([flat(3, 10)])), cpuScale)).toBeCloseTo(middle(10), 9)
    const [old, recent] = [middle(10), middle(30)]
    const mean = recentMean(usageBlocks(usage([flat(3, 10), flat(5, 30)])), cpuScale)
    expect(mean).toBeCloseTo((old + 2 * recent) / 3, 6)
    expect(recentMean(usageBlocks({ ...inBucket(0), sketch: [] }), cpuScale)).toBe(0)
  })
})
