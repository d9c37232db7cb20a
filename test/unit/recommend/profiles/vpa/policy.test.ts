import { describe, expect, it } from 'vitest'
import {
  proportionalLimit,
  withinContainerRange,
  withinPodRange,
  withinPolicy,
} from '../../../../../plugin/recommend/profiles/vpa/policy.ts'
import { updatePriority } from '../../../../../plugin/recommend/profiles/vpa/priority.ts'

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

  it('48: only requests are controlled', () => {
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
