import { describe, expect, it } from 'vitest'
import {
  type Hpa,
  type HpaUpdate,
  storeSizes,
  usageInput,
  writeHpa,
} from '../../../../../plugin/recommend/profiles/tortoise/apply.ts'
import { gi, options } from './vectors.ts'

describe('the usage that sizes are computed from', () => {
  it.each([
    [31, [5, 5, 8], [5, 8, 10], [5, 8]],
    [32, [5, 2, 6], [5, 2, 3], [5, 2]],
  ] as const)('%i', (_, [c, ct, cu], [m, mt, mu], expected) => {
    expect([usageInput(c, ct, cu), usageInput(m, mt, mu)]).toEqual(expected)
  })
})

describe('storing sizes', () => {
  const [two, twoGi, one, oneGi] = [2000, 2 * gi, 1000, gi]

  it.each([
    [
      33,
      [
        [two, one],
        [twoGi, oneGi],
      ],
      { mode: 'Auto', minutesAgo: 1 },
      [two, twoGi],
      false,
    ],
    [
      34,
      [
        [two, one],
        [twoGi, oneGi],
      ],
      { mode: 'Auto', minutesAgo: 180 },
      [one, oneGi],
      true,
    ],
    [
      35,
      [
        [one, 0],
        [oneGi, twoGi],
      ],
      { mode: 'Auto', minutesAgo: 1 },
      [one, twoGi],
      true,
    ],
    [
      36,
      [
        [one, two],
        [oneGi, twoGi],
      ],
      { mode: 'Off' },
      [one, oneGi],
      false,
    ],
    [
      37,
      [
        [one, one],
        [oneGi, oneGi],
      ],
      { mode: 'Auto', minutesAgo: 180 },
      [one, oneGi],
      false,
    ],
  ] as const)('%i', (_, pairs, order, sizes, stamped) => {
    const resources = pairs.map(([stored, wanted]) => ({ stored, wanted }))
    expect(storeSizes(resources, order)).toEqual({ sizes, stamped })
  })

  it('35: a resource that is Off keeps its size', () => {
    const off = { stored: one, wanted: two, off: true }
    expect(storeSizes([off, { stored: oneGi, wanted: twoGi }], { mode: 'Auto' }).sizes).toEqual([one, twoGi])
  })
})

describe('writing the HPA', () => {
  const suiteD = options({
    targetMaxIncrease: 50,
    targetIntervalHours: 1,
    maximumMinReplicas: 1000,
    maximumMaxReplicas: 10_001,
    minimumTargetUtilization: 0,
  })
  const base: Hpa = {
    min: 1,
    max: 2,
    targets: [
      { container: 'app', resource: 'memory', target: 60, wanted: 90, phase: 'Working' },
      { container: 'istio', resource: 'cpu', target: 50, wanted: 80, phase: 'Working' },
    ],
  }
  const order: HpaUpdate = { mode: 'Auto', phase: 'Working', slot: { min: 3, max: 6 }, hoursAgo: 3 }
  const withIstio = (more: object): Hpa => ({
    ...base,
    targets: base.targets.map((one) => (one.container === 'istio' ? { ...one, ...more } : one)),
  })
  const high = { min: 3, max: 6 }

  it.each([
    [38, base, order, {}, { min: 3, max: 6, targets: [90, 80] }],
    [
      39,
      { ...base, externalMetrics: ['kept', 'hogehoge-exclude-metric'] },
      order,
      { externalMetricExclusion: '.*-exclude-metric' },
      { externalMetrics: ['kept'] },
    ],
    [
      40,
      { ...base, ...high },
      { ...order, slot: { min: 10_000, max: 10_000 } },
      {},
      { min: 1000, max: 10_000 },
    ],
    [41, base, { ...order, slot: { min: 3, max: 999_999 } }, {}, { max: 10_001, hitMaximum: true }],
    [
      41,
      base,
      { ...order, slot: { min: 3, max: 999_999 }, specMax: 9999 },
      {},
      { max: 9999, hitMaximum: false },
    ],
    [42, withIstio({ target: 10 }), order, {}, { targets: [90, 60] }],
    [43, base, { ...order, hoursAgo: 1 / 60 }, {}, { min: 3, max: 6, targets: [60, 50] }],
    [
      44,
      withIstio({ phase: 'GatheringData' }),
      { ...order, phase: 'PartlyWorking' as const },
      {},
      { min: 3, max: 6, targets: [90, 50] },
    ],
    [45, base, { ...order, mode: 'Off' as const }, {}, { min: 1, max: 2, targets: [60, 50] }],
    [46, base, { ...order, phase: 'Emergency' as const }, {}, { min: 6, max: 6, targets: [90, 80] }],
    [
      47,
      { ...base, min: 6, max: 6 },
      { ...order, phase: 'BackToNormal' as const },
      {},
      { min: 5, max: 6, phase: 'BackToNormal' },
    ],
    [
      48,
      { ...base, min: 1, max: 6 },
      { ...order, phase: 'BackToNormal' as const },
      {},
      { min: 3, phase: 'Working' },
    ],
  ])('%i', (_, hpa, how, more, expected) => {
    expect(writeHpa(hpa, how, { ...suiteD, ...more })).toMatchObject(expected)
  })
})
