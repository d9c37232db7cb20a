import { describe, expect, it } from 'vitest'
import type { ContainerUsage, ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { levelOf, packLevels } from '../../../../../plugin/model/series.ts'
import { cpuScale, type Sketch, bucketStart as startOf } from '../../../../../plugin/model/sketch.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import { cpuRequest, wantedCpu } from '../../../../../plugin/recommend/profiles/steady/vertical.ts'
import {
  containerInput,
  cpuBucket,
  evidence,
  inBucket,
  shortEvidence,
  textOf,
  valueAndRules,
} from './rule-builders.ts'

// Buckets have their numbers in the autoscaler.
const bucketStart = (scale: typeof cpuScale, bucket: number): number => startOf(scale, cpuBucket(bucket))
/** Upper end of a CPU bucket, rounded as a request. */
const end = (bucket: number): number => roundCpu(startOf(cpuScale, cpuBucket(bucket) + 1))

const cpu = (sketch: Sketch, more: Partial<ResourceUsage> = {}): Partial<ContainerUsage> => ({
  cpu: inBucket(0, { sketch: sketch.map(([bucket, weight]) => [cpuBucket(bucket), weight]), ...more }),
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
    expect(textOf(advice)).toMatch(
      /for 0 minutes a day in the last 3 days\. 100m more would have changed nothing/,
    )
  })

  it('gives the minutes above it, and those that 100m more would have avoided', () => {
    const text = textOf(
      wanted([
        [30, 9900],
        [60, 100],
      ]),
    )
    expect(text).toMatch(/above 710m for 14 minutes a day in the last 3 days/)
    expect(text).toMatch(/changed nothing; it is worth its cost from \d+ minutes a day on/)
    const near = textOf(
      wanted(
        [
          [14, 9900],
          [17, 100],
        ],
        { preset: 'frugal' },
      ),
    )
    expect(near).toMatch(/for 14 minutes a day.*avoided 14 of them/)
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

  /** The size by which the price falls, for usage in one bucket: mean and 99.9 % are close to the bucket. */
  const sized = (near: number, far: number): number =>
    250 ** 0.15 *
    ((bucketStart(cpuScale, near) + bucketStart(cpuScale, near + 1)) / 2) ** 0.35 *
    bucketStart(cpuScale, far + 1) ** 0.5
  const priced = (near: number, far: number, changed = {}): number =>
    (minutes(near, far, uncovered(near, far, changed)) * sized(near, far)) / 250

  it('grows while 100m more remove the minutes of the preset, more for a small container than for a large one', () => {
    for (const [near, far] of [
      [14, 18],
      [30, 33],
      [60, 62],
    ] as const) {
      expect(priced(near, far) / 88).toBeCloseTo(1, 1)
      expect(priced(near, far, { preset: 'careful' }) / 45).toBeCloseTo(1, 1)
    }
  })

  it('has the price of a container of 125m where it is smaller', () => {
    expect(minutes(2, 5, uncovered(2, 5))).toBeGreaterThan(88 * 2 * 0.9)
    expect(minutes(2, 5, uncovered(2, 5))).toBeLessThan(88 * 2 * 1.1)
  })

  it.each([
    ['targetTimeAbove of balanced', { targetTimeAbove: 3.6 }, 88],
    ['a lower targetTimeAbove', { targetTimeAbove: 1.8 }, 88 / 2 ** 1.4],
    ['prices', { pricePerCoreHour: 0.03, costOfShortage: 0.1 }, 43.2],
    ['the former cpuSpare', { cpuSpare: 12.5 }, 44],
    ['a weekly evaluation', { reviewDays: 7 }, 88 / 7 ** 0.35],
    ['an evaluation every four weeks', { reviewDays: 28 }, 88 / 7 ** 0.35],
  ])('weighs CPU by %s', (_, changed, expected) => {
    expect(priced(14, 18, changed) / expected).toBeCloseTo(1, 1)
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

  it('is not changed for less than a rollout costs', () => {
    const flat = cpu([[30, 1]])
    const kept = ask(`${end(30) + 50}m`, flat)
    expect(valueAndRules(kept)).toEqual([end(30) + 50, 'cpu.price', 'rollout.cost'])
    expect(textOf(kept)).toMatch(
      /A change to 710m is worth as much as \d+ minutes a day, and a rollout costs 36 minutes/,
    )
    expect(valueAndRules(ask(`${end(30) + 50}m`, flat, evidence({ rolloutCost: 5 })))).toEqual([
      end(30),
      'cpu.price',
    ])
    expect(valueAndRules(ask(`${end(30) + 500}m`, flat))).toEqual([end(30), 'cpu.price'])
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
