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
} from '../../../plugin/model/sketch.ts'

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
  ])('bucket %d starts at %d cores', (bucket, cores) => {
    expect(bucketStart(cpuScale, bucket) / 1000).toBeCloseTo(cores, 5)
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
        if (bucket < 175) expect(bucketStart(cpuScale, bucket + 1)).toBeGreaterThan(value * (1 - 1e-9))
      }),
      { seed: 7, numRuns: 2000 },
    )
  })
})
