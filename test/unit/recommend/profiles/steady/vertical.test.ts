import { describe, expect, it } from 'vitest'
import { packDays } from '../../../../../plugin/model/daily.ts'
import type { ContainerUsage, ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { levelOf, packLevels } from '../../../../../plugin/model/series.ts'
import { bucketOf, bucketStart, cpuScale, type Sketch } from '../../../../../plugin/model/sketch.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import { cpuRequest, wantedCpu } from '../../../../../plugin/recommend/profiles/steady/vertical.ts'
import { containerInput, evidence, inBucket, shortEvidence, textOf, valueAndRules } from './rule-builders.ts'

/** Upper end of a CPU bucket, rounded as a request. */
const end = (bucket: number): number => roundCpu(bucketStart(cpuScale, bucket + 1))

const cpu = (sketch: Sketch, more: Partial<ResourceUsage> = {}): Partial<ContainerUsage> => ({
  cpu: inBucket(0, { sketch, ...more }),
})

describe('the wanted CPU', () => {
  const wanted = (sketch: Sketch, changed = {}) =>
    wantedCpu(containerInput({}, cpu(sketch)), evidence(changed))

  it('is unsure without samples', () => {
    expect(valueAndRules(wantedCpu(containerInput({}), evidence()))).toEqual(['unsure'])
    expect(valueAndRules(wantedCpu(containerInput({}, cpu([[1, 1]], { samples: 0 })), evidence()))).toEqual([
      'unsure',
    ])
    expect(textOf(wantedCpu(containerInput({}), evidence()))).toMatch(/\w/)
  })

  it('is the upper end of the bucket of flat usage', () => {
    const advice = wanted([[14, 100]])
    expect(valueAndRules(advice)).toEqual([end(14), 'cpu.price'])
    expect(textOf(advice)).toMatch(/100 %.*\b25 /)
  })

  it('gives the share of the time it covers, rounded down to 0.1 %', () => {
    expect(
      textOf(
        wanted([
          [30, 98_666],
          [60, 1334],
        ]),
      ),
    ).toMatch(/98\.6 %/)
    expect(
      textOf(
        wanted([
          [30, 95],
          [150, 5],
        ]),
      ),
    ).toMatch(/\b95 %/)
  })

  /** The highest share of the time in a far bucket that the request does not cover. */
  const uncovered = (near: number, far: number, changed = {}): number => {
    for (let share = 1; share < 1000; share += 1)
      if (
        valueAndRules(
          wanted(
            [
              [near, 10_000 - share],
              [far, share],
            ],
            changed,
          ),
        )[0] === end(far)
      )
        return (share - 1) / 1e4
    return 1
  }
  /** A share of the time, in minutes a day per 100m between two buckets. */
  const minutes = (near: number, far: number, share: number): number =>
    (share * 1440 * 100) / (bucketStart(cpuScale, far + 1) - bucketStart(cpuScale, near + 1))

  it('of a small container grows while 100m more remove 25 minutes a day', () => {
    expect(minutes(14, 20, uncovered(14, 20))).toBeCloseTo(25, 0)
    expect(minutes(14, 20, uncovered(14, 20, { cpuSpare: 10 }))).toBeCloseTo(10, 0)
  })

  it('of a large container grows further, with the square root of its size, down to half the minutes', () => {
    // A mean near 500m: √½ of 25 minutes; near 4000m: half.
    const [half, large] = [bucketOf(cpuScale, 500), bucketOf(cpuScale, 4000)]
    expect(minutes(half, half + 10, uncovered(half, half + 10))).toBeCloseTo(17.5, 0)
    expect(minutes(large, large + 3, uncovered(large, large + 3))).toBeCloseTo(12.5, 0)
  })

  it('is lower with more frequent evaluations, with the square root of the days', () => {
    expect(minutes(14, 20, uncovered(14, 20, { reviewDays: 1 }))).toBeCloseTo(25 * Math.sqrt(7), 0)
    expect(minutes(14, 20, uncovered(14, 20, { reviewDays: 28 }))).toBeCloseTo(25, 0)
  })

  it('covers `cpuPercentile` at any cost', () => {
    const often: Sketch = [
      [14, 89],
      [150, 11],
    ]
    expect(valueAndRules(wanted(often, { cpuPercentile: 90 }))[0]).toBe(end(150))
    expect(valueAndRules(wanted(often, { cpuPercentile: 89 }))[0]).toBe(end(14))
  })
})

describe('a CPU request', () => {
  const ask = (from: string | undefined, usage: Partial<ContainerUsage>, known = evidence()) =>
    cpuRequest(containerInput(from === undefined ? {} : { 'requests.cpu': from }, usage), known)

  it('is never added', () => {
    expect(valueAndRules(ask(undefined, cpu([[30, 1]])))).toEqual(['unsure'])
    expect(textOf(ask(undefined, cpu([[30, 1]])))).toMatch(/request/)
  })

  it('is unsure without samples', () => {
    expect(valueAndRules(ask('1', {}))).toEqual(['unsure'])
  })

  it('is raised at once and lowered by at most half, to a rounded value', () => {
    expect(valueAndRules(ask('100m', cpu([[80, 1]])))).toEqual([end(80), 'cpu.price'])
    expect(valueAndRules(ask('1111m', cpu([[14, 1]])))).toEqual([560, 'cpu.price', 'step.down'])
    expect(valueAndRules(ask('1111m', cpu([[14, 1]]), evidence({ maximumCpuDecrease: 20 })))).toEqual([
      890,
      'cpu.price',
      'step.down',
    ])
    expect(valueAndRules(ask('1111m', cpu([[14, 1]]), shortEvidence()))).toEqual(['unsure'])
  })

  it('changes by at least 10m, unless usage is above it too often', () => {
    const small = cpu([[0, 1]])
    expect(valueAndRules(ask('19m', small))).toEqual([19, 'cpu.price', 'step.small'])
    expect(valueAndRules(ask('20m', small))).toEqual([10, 'cpu.price'])
    // A request within the last tenth of bucket 30 leaves less than 10 % of the time above it.
    const tight = cpu([[30, 1]])
    const top = bucketStart(cpuScale, 31)
    expect(valueAndRules(ask(`${Math.ceil(top) - 1}m`, tight))[1]).toBe('cpu.price')
    const tenth = bucketStart(cpuScale, 30) + (top - bucketStart(cpuScale, 30)) * 0.9
    expect(valueAndRules(ask(`${Math.floor(tenth)}m`, tight))).toEqual([end(30), 'cpu.price'])
    expect(valueAndRules(ask(`${Math.ceil(tenth)}m`, tight))).toEqual([
      Math.ceil(tenth),
      'cpu.price',
      'step.small',
    ])
    expect(valueAndRules(ask(`${Math.ceil(tenth)}m`, tight, evidence({ cpuPercentile: 95 })))).toEqual([
      end(30),
      'cpu.price',
    ])
  })

  describe('with a higher need on the last days', () => {
    const day = (nth: number, bucket: number) => ({
      day: nth,
      sketch: [[bucket, 1000]] as Sketch,
      peak: 1,
      samples: 1000,
    })
    /** Ten days in bucket 20, except one day this many days before the last. */
    const usage = (high: number) =>
      cpu([[20, 1]], {
        daily: packDays(Array.from({ length: 10 }, (_, nth) => day(nth, nth === 9 - high ? 60 : 20))),
      })
    const days = (known: ReturnType<typeof evidence>, high: number) =>
      valueAndRules(ask('5', usage(high), known)).includes('step.days')

    it('is lowered no further than that of three days, with daily evaluations', () => {
      const daily = evidence({ reviewDays: 1, maximumCpuDecrease: 100, cpuPercentile: 60 })
      expect([1, 2, 3, 4].map((high) => days(daily, high))).toEqual([true, true, false, false])
      expect(valueAndRules(ask('5', usage(2), daily))[0]).toBe(end(60))
    })

    it('is lowered no further than that of two days, with an evaluation every other day', () => {
      const known = evidence({ reviewDays: 2, maximumCpuDecrease: 100, cpuPercentile: 60 })
      expect([1, 2, 3].map((high) => days(known, high))).toEqual([true, false, false])
    })

    it('is lowered with an evaluation every three days or less often', () => {
      const known = evidence({ reviewDays: 3, maximumCpuDecrease: 100, cpuPercentile: 60 })
      expect(days(known, 1)).toBe(false)
    })

    it('is lowered when only that many days are recorded', () => {
      const known = evidence({ reviewDays: 1, maximumCpuDecrease: 100, cpuPercentile: 60 })
      const usageOfDays = (count: number) =>
        cpu([[20, 1]], {
          daily: packDays(Array.from({ length: count }, (_, nth) => day(nth, nth === count - 2 ? 60 : 20))),
        })
      expect(valueAndRules(ask('5', usageOfDays(3), known))).not.toContain('step.days')
      expect(valueAndRules(ask('5', usageOfDays(4), known))).toContain('step.days')
    })
  })

  describe('with unevenly spread load', () => {
    const uneven = (busiest: number) =>
      cpu([[10, 1]], {
        highest: packLevels(
          { first: 3600, step: 3600 },
          Uint8Array.from({ length: 48 }, () => levelOf(cpuScale, busiest)),
        ),
      })

    it('covers the median usage of the busiest pod', () => {
      const advice = ask('50m', uneven(900))
      expect(valueAndRules(advice)).toEqual([900, 'cpu.price', 'cpu.busiest'])
      expect(textOf(advice)).toMatch(/89\dm|9\d\dm/)
    })

    it('is not lowered for a busiest pod that needs less', () => {
      expect(valueAndRules(ask('50m', uneven(20)))).toEqual([end(10), 'cpu.price'])
    })

    it('is still unsure without samples', () => {
      expect(valueAndRules(ask('50m', { cpu: { ...inBucket(0), ...uneven(900).cpu, samples: 0 } }))).toEqual([
        'unsure',
      ])
    })
  })
})
