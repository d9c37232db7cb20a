import { describe, expect, it } from 'vitest'
import {
  confidence,
  humanMemory,
  lowerConfidence,
  podMinimum,
  roundUpTo,
  toMilli,
  upperConfidence,
  withConfidence,
  withMargin,
  withMinimum,
} from '../../../plugin/recommend/vpa/estimate.ts'
import {
  cpuBuckets,
  exponentialBuckets,
  histogram,
  linearBuckets,
  memoryBuckets,
} from '../../../plugin/recommend/vpa/histogram.ts'
import { addOom, addPeak, forgottenAfterHours, needAfterOom } from '../../../plugin/recommend/vpa/memory.ts'
import {
  proportionalLimit,
  withinContainerRange,
  withinPodRange,
  withinPolicy,
} from '../../../plugin/recommend/vpa/policy.ts'
import { updatePriority } from '../../../plugin/recommend/vpa/priority.ts'

const mb = 1024 ** 2
const one = linearBuckets(10, 1)

/*
 * Every vector of the recommender's own tests (U) or derived from its code (F) has a number here, 1 to 61.
 * Left out: none. 39's error is the refusal of `addOom`; 42's expiry is the age at which a container is forgotten;
 * 56's annotation is the cap itself.
 */
describe('VPA histogram', () => {
  it('1: percentiles of samples 1 to 4 with weights 1 to 4', () => {
    const filled = histogram(linearBuckets(10, 1))
    for (const value of [1, 2, 3, 4]) filled.add(value, value)
    const shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
    expect(shares.map((share) => filled.percentile(share))).toEqual([2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5])
  })

  it('2: linear buckets', () => {
    const buckets = linearBuckets(5, 0.3)
    expect([buckets.count, buckets.find(1.3), buckets.find(100)]).toEqual([18, 4, 17])
    expect(buckets.start(17)).toBeCloseTo(5.1)
  })

  it('3: exponential buckets', () => {
    const buckets = exponentialBuckets(500, 40, 1.5)
    expect(buckets.count).toBe(6)
    expect([0, 1, 2, 3, 4, 5].map(buckets.start)).toEqual([0, 40, 100, 190, 325, 527.5])
    expect([39.99, 40, 100, 900].map(buckets.find)).toEqual([0, 1, 2, 5])
  })

  it('4: percentiles out of bounds', () => {
    const filled = histogram(linearBuckets(1, 0.1))
    filled.add(0.1, 0.1)
    filled.add(0.2, 0.2)
    expect([filled.percentile(-0.1), filled.percentile(1.1)].map((value) => value.toFixed(6))).toEqual([
      '0.200000',
      '0.300000',
    ])
  })

  it.each([
    [5, 20, 0.999, 2],
    [5, 20, 1, 3],
    [6, 101, 1, 2],
  ])('%i: decay of an old heavy sample, the new one after %i h, p%d', (_, hours, share, expected) => {
    const decaying = histogram(one, 1)
    decaying.add(2, 1000, 0)
    decaying.add(1, 1, hours)
    expect(decaying.percentile(share)).toBe(expected)
  })

  it('7: decay of four samples', () => {
    const decaying = histogram(one, 1)
    for (const value of [1, 2, 3, 4]) decaying.add(value, value, value)
    const shares = [0, 0.02, 0.03, 0.1, 0.11, 0.34, 0.35, 1]
    expect(shares.map((share) => decaying.percentile(share))).toEqual([2, 2, 3, 3, 4, 4, 5, 5])
  })

  it.each([
    [8, [1, 10_000, 50], [1, 10_000, 50], 10_051],
    [9, [1, 100_000], [undefined, 10_000], 100_001],
  ])('%i: checkpoint of weights %j', (_, weights, saved, total) => {
    const filled = histogram(one)
    for (const [bucket, weight] of weights.entries()) filled.add(bucket, weight)
    const checkpoint = filled.checkpoint()
    expect(saved.map((_weight, bucket) => checkpoint.buckets.get(bucket))).toEqual(saved)
    expect(checkpoint.total).toBe(total)
  })

  it('10: a checkpoint read back', () => {
    const loaded = histogram(one, Number.POSITIVE_INFINITY, {
      total: 6,
      buckets: new Map([
        [0, 1],
        [1, 2],
      ]),
    })
    expect([...loaded.weights().values()]).toEqual([2, 4])
  })

  it('11, 12: percentiles of three samples', () => {
    const [cpu, memory] = [histogram(cpuBuckets), histogram(memoryBuckets)]
    for (const value of [1, 2, 3]) {
      cpu.add(value, 1)
      memory.add(value * 1e9, 1)
    }
    expect(cpu.percentile(0.2)).toBeCloseTo(1.016281, 6)
    expect(Math.trunc(memory.percentile(0.5))).toBe(2_093_479_957)
  })

  it('32: where buckets begin', () => {
    expect([cpuBuckets.count, memoryBuckets.count]).toEqual([176, 176])
    const starts = [1, 2, 3, 10, 20, 50, 100, 175].map((bucket) => cpuBuckets.start(bucket).toFixed(6))
    expect(starts).toEqual([
      '0.010000',
      '0.020500',
      '0.031525',
      '0.125779',
      '0.330660',
      '2.093480',
      '26.100252',
      '1021.109409',
    ])
  })
})

describe('VPA estimators', () => {
  const samples = { spanDays: 16 / 1440, samples: 9 }

  it('13: confidence of nine samples two minutes apart', () => {
    expect(confidence(samples)).toBeCloseTo(0.00625, 10)
  })

  it.each([
    [14, 3140, 1, 907_460],
    [14, 3.14e9, 1, 9.0746e11],
    [15, 3140, 18 / 1440, 4521],
    [15, 3.14e9, 18 / 1440, 4.5216e9],
  ])('%i: %d widened, interval %d d', (_, amount, intervalDays, expected) => {
    const wide = withConfidence(amount, confidence({ ...samples, intervalDays }), {
      multiplier: 0.1,
      exponent: 2,
    })
    expect(Math.abs(wide / expected - 1)).toBeLessThan(1e-6)
  })

  it('16: no samples', () => {
    expect(withConfidence(3140, 0, { multiplier: 1, exponent: 1 })).toBe(1e14)
    expect(withConfidence(3140, 0, { multiplier: 1, exponent: -1 })).toBe(0)
  })

  it('17: margin', () => {
    expect([withMargin(3140, 0.1), withMargin(3.14e9, 0.1)]).toEqual([3454, 3.454e9])
  })

  it.each([
    [18, 1, 25, 262_144_000],
    [19, 2, 12, 131_072_000],
  ])('%i: least of a pod with %i containers', (_, containers, cpu, memory) => {
    expect(withMinimum(1, podMinimum.cpu, containers)).toBe(cpu)
    expect(withMinimum(1e6, podMinimum.memory, containers)).toBe(memory)
  })

  it('20: cores to millicores', () => {
    expect([0.069946, 0.61535112, 0.0172071, 0.00455].map(toMilli)).toEqual([69, 615, 17, 4])
  })

  it.each([
    [21, 100, 7, 105],
    [21, 100, 10, 100],
    [21, 100, 0, undefined],
    [22, 1_231_241, 13, 1_231_243],
    [22, 1000, 3, 1002],
    [22, 839_500_000, 128 * mb, 896 * mb],
    [22, 262_144_000, 256 * mb, 256 * mb],
    [23, 8600, 1000, 9000],
    [23, 5200, 1000, 6000],
  ])('%i: %i rounded up to a multiple of %i', (_, amount, multiple, expected) => {
    expect(roundUpTo(amount, multiple)).toBe(expected)
  })

  it('24: memory for people', () => {
    expect([1_050_000, 4_992_073_454].map(humanMemory)).toEqual(['1.00Mi', '4.65Gi'])
  })

  const constantCpu = (cores: number): number => {
    const filled = histogram(cpuBuckets, 24)
    for (let minute = 0; minute < 60; minute += 1) filled.add(cores, 0.1, minute / 60)
    return withMinimum(withMargin(toMilli(filled.percentile(0.9))), podMinimum.cpu, 1)
  }

  it.each([
    [25, 10, 25],
    [25, 50, 63],
    [25, 100, 126],
    [25, 250, 296],
    [25, 500, 587],
    [26, 1000, 1168],
    [26, 2000, 2406],
    [26, 3000, 3481],
    [26, 4000, 4742],
    [26, 8000, 9616],
  ])('%i: constant CPU of %im', (_, used, expected) => {
    expect(constantCpu(used / 1000)).toBe(expected)
  })

  const memoryTarget = (peaks: readonly number[]): number => {
    const filled = histogram(memoryBuckets, 24)
    for (const [day, peak] of peaks.entries()) filled.add(peak, 1, 24 * day)
    return withMinimum(withMargin(Math.trunc(filled.percentile(0.9))), podMinimum.memory, 1)
  }

  it.each([
    [27, 128 * mb, 262_144_000],
    [27, 256 * mb, 323_522_422],
    [27, 512 * mb, 628_694_953],
    [27, 1024 * mb, 1_238_659_775],
    [28, 2e9, 2_407_501_950],
    [28, 4096 * mb, 4_992_073_454],
  ])('%i: constant memory of %i bytes', (_, used, expected) => {
    expect(memoryTarget([used])).toBe(expected)
  })

  it.each([
    [29, upperConfidence, 0.5, 3],
    [29, upperConfidence, 1, 2],
    [29, upperConfidence, 7, 1.142857],
    [29, upperConfidence, 14, 1.071429],
    [30, lowerConfidence, 5 / 1440, 0.602793],
    [30, lowerConfidence, 30 / 1440, 0.910495],
    [30, lowerConfidence, 60 / 1440, 0.953674],
  ])('%i: bounds %j at confidence %d', (_, how, sure, factor) => {
    expect(withConfidence(1e9, sure, how) / 1e9).toBeCloseTo(factor, 6)
  })

  it('31: a peak three days old is below the reach of the target', () => {
    const filled = histogram(memoryBuckets, 24)
    for (const [day, peak] of [300, 310, 305, 320, 600, 315, 310, 305].entries())
      filled.add(peak * mb, 1, 24 * day)
    expect([0.9, 0.95].map((share) => Math.trunc(filled.percentile(share)))).toEqual([
      330_659_541, 664_388_475,
    ])
    expect((withMargin(330_659_541) / mb).toFixed(2)).toBe('362.64')
    expect((withMargin(664_388_475) / mb).toFixed(2)).toBe('728.65')
  })
})

describe('VPA memory peaks', () => {
  it('33: one peak a window', () => {
    const first = addPeak(undefined, 0, 5)
    const higher = addPeak(first.window, 1, 10)
    const next = addPeak(higher.window, 25, 2)
    const told = [first, higher, next].map(({ changes }) =>
      changes.map(({ kind, bytes }) => `${kind} ${bytes}`),
    )
    expect(told).toEqual([['add 5'], ['subtract 5', 'add 10'], ['add 2']])
    expect(next.window.end).toBeGreaterThan(higher.window.end)
  })

  it('34: what is out of order or negative is refused', () => {
    const { window } = addPeak(undefined, 0, 5)
    expect([addPeak(window, 0, 6).accepted, addPeak(window, 1, -1).accepted]).toEqual([false, false])
  })

  it.each([
    [35, 1000, 1200],
    [36, 1, 101],
  ])('%i: OOM at %i mb', (_, request, expected) => {
    const { changes } = addOom(undefined, 0, request * mb)
    expect(changes.at(-1)?.bytes).toBe(expected * mb)
    expect(needAfterOom(request * mb, 0)).toBe(expected * mb)
  })

  it('37: a peak above the request counts', () => {
    const { window } = addPeak(undefined, 0, 3000 * mb)
    expect(addOom(window, 1, 1000 * mb).changes.map(({ bytes }) => bytes / mb)).toEqual([3000, 3600])
  })

  it('38: only a higher OOM replaces one', () => {
    let window = addOom(undefined, 0, 1000 * mb).window
    const told = [999, 999, 2000].map((request) => {
      const step = addOom(window, 0.1, request * mb)
      window = step.window
      return step.changes.map(({ bytes }) => bytes / mb)
    })
    expect(told).toEqual([[], [], [1200, 2400]])
  })

  it('39: a stale OOM is refused', () => {
    const { window } = addPeak(undefined, 40, 1000 * mb)
    expect(addOom(window, 10, 1000 * mb)).toMatchObject({ accepted: false, changes: [], window })
  })

  it('40, 41: an OOM in a later window, and just before a sample that opened one', () => {
    const { window } = addPeak(undefined, 0, 2000 * mb)
    const later = addOom(window, 48, 1000 * mb)
    expect(later.changes).toEqual([{ kind: 'add', bytes: 2400 * mb, hour: 72 }])
    const opened = addPeak(window, 30, 2000 * mb)
    expect(addOom(opened.window, 30 - 1 / 3600, 1000 * mb).changes.at(-1)?.bytes).toBe(2400 * mb)
  })

  it('42: forgotten after eight days', () => {
    expect([7 * 24 < forgottenAfterHours, 8 * 24 < forgottenAfterHours]).toEqual([true, false])
  })
})

describe('VPA policy', () => {
  const estimate = { target: 42, lower: 31, upper: 53 }

  it.each([
    [43, { min: 50 }, [50, 50, 53]],
    [44, { max: 40 }, [40, 31, 40]],
    [45, { min: 35, globalMax: 50 }, [42, 35, 50]],
    [46, { max: 40, globalMax: 30 }, [40, 31, 40]],
    [46, { globalMax: 30 }, [30, 30, 30]],
  ])('%i: %j', (_, range, [target, lower, upper]) => {
    expect(withinPolicy(estimate, range)).toEqual({ target, lower, upper })
  })

  it('47: both bounds', () => {
    expect(withinPolicy({ target: 30, lower: 20, upper: 50 }, { min: 40, max: 45 })).toEqual({
      target: 40,
      lower: 40,
      upper: 45,
    })
    expect(withinPolicy({ target: 5000, lower: 4300, upper: 5500 }, { min: 4000, max: 4500 })).toEqual({
      target: 4500,
      lower: 4300,
      upper: 4500,
    })
  })

  it('48: requests only', () => {
    expect(withinPolicy({ target: 2, lower: 1, upper: 10 }, { limit: 3 })).toMatchObject({
      target: 2,
      upper: 3,
    })
    expect(withinPolicy({ target: 8000, lower: 1, upper: 9000 }, { limit: 7000 })).toMatchObject({
      target: 7000,
      upper: 7000,
    })
  })

  it('49: container LimitRange', () => {
    expect(withinContainerRange(2000, 1, { max: 1000 })).toBe(1000)
    expect(withinContainerRange(200e6, 1, { min: 500e6 })).toBe(500e6)
  })

  it('50: pod LimitRange', () => {
    const gib = 1024 ** 3
    expect(withinPodRange([gib, 2 * gib], { max: gib })).toEqual([357_913_941, 715_827_882])
    expect(withinPodRange([gib, 2 * gib], { min: 4 * gib })).toEqual([1_431_655_765, 2_863_311_530])
  })

  it.each([
    [51, { request: 1, limit: 2 }, 10, 20],
    [52, { request: 1 }, 10, undefined],
    [52, { request: 1, defaultLimit: 2 }, 10, 20],
    [53, { limit: 2 }, 10, 10],
    [54, { request: 1, limit: 1 }, 10, 10],
    [55, { request: 1500, limit: 2000 }, 1000, 1333],
    [55, { request: 150, limit: 200 }, 100, 133],
    [56, { request: 0.001, limit: 10e9 }, 10e9, 2 ** 63],
  ])('%i: limit of %j for %d', (_, declared, target, expected) => {
    const limit = proportionalLimit(declared, target)
    expect(limit === undefined ? undefined : Math.floor(limit)).toBe(expected)
  })
})

describe('VPA update priority', () => {
  it.each([
    [57, [[{ from: 2, to: 10 }]], 4, true],
    [57, [[{ from: 4, to: 2 }]], 0.5, false],
    [57, [[{ from: 10, to: 900 }]], 89, true],
    [59, [[{ from: 3, to: 6 }], [{ from: 10, to: 20 }]], 2, true],
    [59, [[{ from: 4, to: 2 }], [{ from: 10, to: 20 }]], 1.5, true],
    [
      60,
      [
        [
          { from: 6, to: 8 },
          { from: 4, to: 7 },
        ],
        [
          { from: 10, to: 20 },
          { from: 30, to: 30 },
        ],
      ],
      0.75,
      true,
    ],
    [
      61,
      [
        [
          { from: 3, to: 1 },
          { from: 7, to: 2 },
        ],
      ],
      0.7,
      false,
    ],
  ])('%i: %j', (_, resources, difference, scaleUp) => {
    const priority = updatePriority(resources)
    expect(priority.difference).toBeCloseTo(difference, 10)
    expect(priority).toMatchObject({ scaleUp, outsideRange: false })
  })

  it('58: outside the range', () => {
    expect(updatePriority([[{ from: 4, to: 10, lower: 6, upper: 14 }]])).toEqual({
      difference: 1.5,
      scaleUp: true,
      outsideRange: true,
    })
    expect(updatePriority([[{ from: 8, to: 2, lower: 1, upper: 3 }]])).toEqual({
      difference: 0.75,
      scaleUp: false,
      outsideRange: true,
    })
  })
})
