import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addSample,
  addSketch,
  bucketOf,
  bucketStart,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
  percentile,
  percentileWithin,
} from '../../../plugin/model/sketch.ts'
import { cpuBuckets, memoryBuckets } from '../../../plugin/recommend/vpa-recommender/histogram.ts'

const sketchOf = (scale: typeof cpuScale, values: readonly number[]) => {
  const buffer = emptySketch()
  for (const value of values) addSample(buffer, scale, value)
  return finishSketch(buffer)
}

describe("the VPA's histogram", () => {
  // Bucket starts in cores, from the formula of the recommender.
  it.each([
    [1, 0.01],
    [2, 0.0205],
    [3, 0.031525],
    [10, 0.125779],
    [20, 0.33066],
    [50, 2.09348],
    [100, 26.100252],
    [175, 1021.109409],
  ])(
    'bucket %d starts at %d cores, or at the next whole millicore where buckets are divided',
    (bucket, cores) => {
      const whole = cpuScale.parts.length - 1
      const own = cpuScale.parts[bucket] ?? bucket - whole + (cpuScale.parts[whole] ?? 0)
      const millicores = bucket < whole ? Math.ceil(cores * 1000) : cores * 1000
      expect(bucketStart(cpuScale, own) / 1000).toBeCloseTo(millicores / 1000, 5)
    },
  )

  it('has 176 buckets of memory, as upstream', () => {
    expect(memoryScale.count).toBe(176)
    for (let bucket = 0; bucket < 176; bucket += 1)
      expect(bucketStart(memoryScale, bucket)).toBeCloseTo(memoryBuckets.start(bucket), 3)
  })

  it('is finer for CPU below 196m: whole millicores up to 44m, then 5.2 % at most; and a bucket fits in a byte with one more', () => {
    expect(cpuScale.count).toBeLessThan(255)
    for (let value = 0; value < 44; value += 1)
      expect(bucketStart(cpuScale, bucketOf(cpuScale, value + 0.5))).toBe(value)
    for (let value = 44; value < 196; value += 0.5) {
      const bucket = bucketOf(cpuScale, value)
      expect(bucketStart(cpuScale, bucket + 1) / bucketStart(cpuScale, bucket)).toBeLessThanOrEqual(1.053)
    }
  })

  it('keeps samples in the bucket that the recommender puts them in, which drops fractions of a millicore', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 196, noNaN: true }), (value) => {
        const bucket = bucketOf(cpuScale, value)
        const middle = (bucketStart(cpuScale, bucket) + bucketStart(cpuScale, bucket + 1)) / 2
        expect(cpuBuckets.find(Math.trunc(middle) / 1000)).toBe(cpuBuckets.find(Math.trunc(value) / 1000))
      }),
      { seed: 7, numRuns: 2000 },
    )
  })

  it('gives percentiles within a bucket', () => {
    const flat = sketchOf(cpuScale, [210, 210, 210, 210])
    expect(percentileWithin(flat, cpuScale, 0.5)).toBeCloseTo((196 + bucketStart(cpuScale, 82)) / 2, 9)
    expect(percentileWithin(flat, cpuScale, 1)).toBe(percentile(flat, cpuScale, 1))
    expect(percentileWithin(sketchOf(cpuScale, [10, 20, 30, 40]), cpuScale, 0.75)).toBe(31)
    expect(percentileWithin([], cpuScale, 0.5)).toBe(0)
  })

  it('gives the p20 of 1, 2 and 3 cores as upstream does', () => {
    expect(percentile(sketchOf(cpuScale, [1000, 2000, 3000]), cpuScale, 0.2) / 1000).toBeCloseTo(1.016281, 6)
  })

  it('gives the median of 1, 2 and 3 GB as upstream does', () => {
    expect(Math.trunc(percentile(sketchOf(memoryScale, [1e9, 2e9, 3e9]), memoryScale, 0.5))).toBe(
      2_093_479_957,
    )
  })

  it('is empty without samples and ignores values that are not numbers', () => {
    expect(sketchOf(cpuScale, [Number.NaN, -1])).toEqual([])
    expect(percentile([], cpuScale, 0.95)).toBe(0)
  })
})

describe('laws', () => {
  const values = fc.array(fc.double({ min: 0, max: 2e6, noNaN: true }), { maxLength: 60 })

  it('merging two sketches is the sketch of all samples', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const merged = emptySketch()
        addSketch(merged, sketchOf(cpuScale, left))
        addSketch(merged, sketchOf(cpuScale, right))
        expect(finishSketch(merged)).toEqual(sketchOf(cpuScale, [...left, ...right]))
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('a value is in its bucket', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
        const bucket = bucketOf(cpuScale, value)
        expect(bucketStart(cpuScale, bucket)).toBeLessThanOrEqual(value * (1 + 1e-9))
        if (bucket < cpuScale.count - 1)
          expect(bucketStart(cpuScale, bucket + 1)).toBeGreaterThan(value * (1 - 1e-9))
      }),
      { seed: 7, numRuns: 2000 },
    )
  })
})
