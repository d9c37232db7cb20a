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
} from '../../../../plugin/recommend/vpa-recommender/estimate.ts'
import {
  cpuBuckets,
  exponentialBuckets,
  histogram,
  linearBuckets,
  memoryBuckets,
} from '../../../../plugin/recommend/vpa-recommender/histogram.ts'
import { mb, one } from './vectors.ts'

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

  it('4: percentiles outside the buckets', () => {
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

  it('10: a checkpoint restored', () => {
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

  it('32: starts of buckets', () => {
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
  ])('%i: smallest request of a pod with %i containers', (_, containers, cpu, memory) => {
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

  it('24: memory in readable units', () => {
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

  it('31: a peak three days old does not affect the target', () => {
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
