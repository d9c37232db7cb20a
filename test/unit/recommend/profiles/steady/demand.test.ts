import { describe, expect, it } from 'vitest'
import { packDays } from '../../../../../plugin/model/daily.ts'
import type { ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { levelOf, packLevels } from '../../../../../plugin/model/series.ts'
import { bucketStart, cpuScale, type Sketch } from '../../../../../plugin/model/sketch.ts'
import {
  busiestPod,
  meanOf,
  pricedRequest,
  recurringPeak,
  shareAbove,
  usageClass,
  weighedShares,
} from '../../../../../plugin/recommend/profiles/steady/demand.ts'
import { inBucket } from './parts.ts'

/** Days with the same weight, each in a bucket of its own, beginning with the 100th of the epoch. */
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

const used = (shares: Float64Array): Record<number, number> =>
  Object.fromEntries([...shares.entries()].filter(([, share]) => share > 0))

const sketched = (sketch: Sketch): Float64Array => weighedShares({ ...inBucket(0), sketch })

describe('the shares of usage', () => {
  it('are those of the sketch where there are no days', () => {
    expect(
      used(
        sketched([
          [3, 1],
          [7, 3],
        ]),
      ),
    ).toEqual({ 3: 0.25, 7: 0.75 })
  })

  it('are none without any usage', () => {
    expect(used(sketched([]))).toEqual({})
    expect(sketched([])).toHaveLength(176)
    expect(Number.isNaN(sketched([])[0])).toBe(false)
  })

  it('weigh a day by half of the next one, and every day a little', () => {
    const shares = weighedShares(days(1, 2, 3))
    // 2 ** -age + 0.2 * 2 / 14, with the sum of the weights of fourteen days close to 2.
    const every = (0.2 * (2 - 2 ** -13)) / 14
    const sum = 1 + 0.5 + 0.25 + 3 * every
    expect(shares[3]).toBeCloseTo((1 + every) / sum, 12)
    expect(shares[2]).toBeCloseTo((0.5 + every) / sum, 12)
    expect(shares[1]).toBeCloseTo((0.25 + every) / sum, 12)
  })

  it('weigh the weekday of tomorrow more: the days six and thirteen before the last', () => {
    const shares = weighedShares(days(...Array.from({ length: 15 }, (_, day) => day)))
    const whole = 2 - 2 ** -13
    const at = (age: number): number => (shares[14 - age] ?? 0) / (shares[14] ?? 1)
    const weight = (age: number): number =>
      2 ** -age + (0.2 * whole) / 14 + (age % 7 === 6 ? (0.1 * whole * 7) / 14 : 0)
    for (const age of [1, 5, 6, 7, 12, 13, 14]) expect(at(age)).toBeCloseTo(weight(age) / weight(0), 9)
  })

  it('weigh days older than nine weeks like the oldest of them', () => {
    const far = (gap: number): ResourceUsage => ({
      ...inBucket(0),
      daily: packDays([
        { day: 0, sketch: [[1, 1e6]], peak: 1, samples: 1 },
        { day: gap, sketch: [[2, 1e6]], peak: 1, samples: 1 },
      ]),
    })
    expect(weighedShares(far(63))[1]).toBeGreaterThan(0)
    expect(weighedShares(far(64))[1]).toBe(weighedShares(far(63))[1])
    expect(weighedShares(far(900))[1]).toBe(weighedShares(far(63))[1])
    expect(weighedShares(far(62))[1]).not.toBe(weighedShares(far(63))[1])
  })

  it('as they were some days ago leave out the days since', () => {
    expect(used(weighedShares(days(1, 2, 3), 2))).toEqual({ 1: 1 })
    expect(weighedShares(days(1, 2, 3), 1)).toEqual(weighedShares(days(1, 2)))
    expect(used(weighedShares(days(1, 2, 3), 3))).toEqual({})
  })
})

describe('the mean and the time above a value', () => {
  const start = (bucket: number): number => bucketStart(cpuScale, bucket)

  it('take every bucket by its middle', () => {
    expect(meanOf(sketched([[4, 1]]), cpuScale)).toBeCloseTo((start(4) + start(5)) / 2, 9)
    expect(
      meanOf(
        sketched([
          [4, 1],
          [9, 3],
        ]),
        cpuScale,
      ),
    ).toBeCloseTo(((start(4) + start(5)) / 2 + (3 * (start(9) + start(10))) / 2) / 4, 9)
    expect(meanOf(sketched([]), cpuScale)).toBe(0)
  })

  it('take the bucket that holds the value in part', () => {
    const shares = sketched([
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

describe('the request that is worth its price', () => {
  const shares = sketched([
    [10, 80],
    [20, 15],
    [40, 5],
  ])
  const priced = (sharePerUnit: number, covered: number) =>
    pricedRequest(shares, cpuScale, { sharePerUnit, covered })
  const end = (bucket: number): number => bucketStart(cpuScale, bucket + 1)

  it('is the highest usage where more costs nothing', () => {
    expect(priced(0, 0)).toEqual({ value: end(40), above: 0 })
  })

  it('is the least that must be covered where more costs much', () => {
    expect(priced(1, 0).value).toBe(end(10))
    expect(priced(1, 0).above).toBeCloseTo(0.2, 12)
    expect(priced(1, 0.8).value).toBe(end(10))
    expect(priced(1, 0.81).value).toBe(end(20))
    expect(priced(1, 0.95).value).toBe(end(20))
    expect(priced(1, 0.96).value).toBe(end(40))
    expect(priced(1, 1)).toEqual({ value: end(40), above: 0 })
  })

  it('takes one more bucket as long as it saves more of the time than it costs', () => {
    const between = (low: number, high: number, share: number) => share / (end(high) - end(low))
    expect(priced(between(10, 20, 0.15) * 0.99, 0).value).toBe(end(20))
    expect(priced(between(10, 20, 0.15) * 1.01, 0).value).toBe(end(10))
    expect(priced(between(20, 40, 0.05) * 0.99, 0.9).value).toBe(end(40))
    expect(priced(between(20, 40, 0.05) * 1.01, 0.9).value).toBe(end(20))
  })

  it('is nothing without usage', () => {
    expect(pricedRequest(sketched([]), cpuScale, { sharePerUnit: 0, covered: 0 })).toEqual({
      value: 0,
      above: 1,
    })
  })
})

describe('how usage moves', () => {
  it.each<[string, Sketch]>([
    ['flat', [[50, 100]]],
    [
      'flat',
      [
        [50, 98],
        [51, 2],
      ],
    ],
    [
      'varying',
      [
        [50, 98],
        [57, 2],
      ],
    ],
    [
      'varying',
      [
        [50, 98],
        [70, 2],
      ],
    ],
    [
      'bursty',
      [
        [50, 98],
        [90, 2],
      ],
    ],
    [
      'flat',
      [
        [50, 99.5],
        [90, 0.5],
      ],
    ],
    [
      'flat',
      [
        [10, 49],
        [50, 51],
      ],
    ],
  ])('is %s for %j', (name, sketch) => {
    expect(usageClass({ ...inBucket(0), sketch }, cpuScale)).toBe(name)
  })

  it('is flat up to 1.3 times the middle and varying up to three times', () => {
    // One unit wide buckets would make both bounds exact; these scales put the bound between two buckets.
    const classAt = (high: number) =>
      usageClass(
        {
          ...inBucket(0),
          sketch: [
            [60, 90],
            [high, 10],
          ],
        },
        cpuScale,
      )
    const times = (high: number) => bucketStart(cpuScale, high + 1) / bucketStart(cpuScale, 61)
    for (let high = 61; high < 100; high += 1)
      expect(classAt(high)).toBe(times(high) <= 1.3 ? 'flat' : times(high) <= 3 ? 'varying' : 'bursty')
  })
})

describe('the peak that recurs', () => {
  it('is the second highest of seven days or more', () => {
    expect(recurringPeak({ ...days(4, 9, 1, 2, 3, 7, 5), peak: 9 })).toBe(7)
    expect(recurringPeak({ ...days(10, 9, 100, 2, 3, 7, 5, 90), peak: 100 })).toBe(90)
  })

  it('is the highest of fewer days, and where there are no days', () => {
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

  it('is read at its middle hour', () => {
    expectNear(busiest([...Array(50).fill(100), ...Array(51).fill(900)]), 900)
    expectNear(busiest([...Array(51).fill(100), ...Array(50).fill(900)]), 100)
  })

  it('is read from the last seven days, whatever the step', () => {
    expectNear(busiest([...Array(900).fill(100), ...Array(week).fill(900)]), 900)
    expectNear(busiest([...Array(900).fill(100), ...Array(week / 2 + 1).fill(900)]), 900)
    expectNear(busiest([...Array(900).fill(100), ...Array(week / 2 - 1).fill(900)]), 100)
    expectNear(busiest([...Array(900).fill(100), ...Array(week - 1).fill(900)], 1800), 100)
  })

  it('is read from the hours with samples', () => {
    expectNear(busiest([100, 900, Number.NaN, 900, Number.NaN, Number.NaN]), 900)
  })

  it('is nothing without any', () => {
    expect(busiest([Number.NaN])).toBe(0)
    expect(busiestPod(inBucket(1), cpuScale)).toBe(0)
  })

  it('is the upper end of its bucket, or hardly more', () => {
    expect(busiest([0])).toBeCloseTo(5 * 1.025, 9)
  })
})
