import { describe, expect, it } from 'vitest'
import {
  type Hpa,
  type HpaOrder,
  resized,
  scaledMaxProcs,
  scaledMemoryLimit,
  storeSizes,
  usageInput,
  writeHpa,
} from '../../../plugin/recommend/tortoise/apply.ts'
import { type TortoiseOptions, tortoiseDefaults } from '../../../plugin/recommend/tortoise/options.ts'
import {
  derivedPolicies,
  phaseFor,
  resizesPods,
  resourcePhase,
  wholePhase,
} from '../../../plugin/recommend/tortoise/phase.ts'
import {
  candidates,
  emptySlots,
  staticBounds,
  updateSlots,
} from '../../../plugin/recommend/tortoise/replicas.ts'
import {
  type ScalingPolicy,
  type SizedPods,
  type SizedResource,
  tortoiseSizes,
} from '../../../plugin/recommend/tortoise/size.ts'
import { steppedTarget, tortoiseTarget } from '../../../plugin/recommend/tortoise/target.ts'

/*
 * Vectors of Tortoise's own tests by number (1–67, 70) and figures derived from its formulas (d1–d6).
 * Left out: 39's update of metrics other than External, 58 and 71–78: they speak of objects in a cluster (making, deleting
 * and admitting HPAs and Tortoises, metrics that fail right now), which a scheduled job on Git has none of.
 * Mended, and published only with `asPublished`: the shrink floor above the ceiling (d6) and the jumping floor of maxima (d5).
 */
const mi = 1024 ** 2 * 1000
const gi = 1024 * mi
const options = (more: Partial<TortoiseOptions>): TortoiseOptions => ({ ...tortoiseDefaults, ...more })

const suiteA = options({ minimumTargetUtilization: 40, maximumMaxReplicas: 1000 })

describe('HPA targets', () => {
  const memory: SizedResource = {
    container: 'app',
    resource: 'memory',
    policy: 'Horizontal',
    usage: 4 * gi,
    request: 5 * gi,
    target: 60,
  }
  const cpu: SizedResource = {
    container: 'istio',
    resource: 'cpu',
    policy: 'Horizontal',
    usage: 600,
    request: 1000,
    target: 50,
  }
  const { target: _, ...withoutMetric } = memory

  it.each([
    [1, memory, 100, 80],
    [2, cpu, 100, 90],
    [3, memory, 1000, undefined],
    [3, cpu, 1000, undefined],
    [4, { ...memory, usage: 90 * gi, request: 100 * gi, target: 20 }, 100, 40],
    [5, { ...memory, policy: 'Off' as const }, 100, undefined],
    [6, withoutMetric, 100, undefined],
  ])('%i', (_number, resource, replicas, expected) => {
    expect(tortoiseTarget(resource, replicas, suiteA)).toBe(expected)
  })

  it.each([
    [690, 70],
    [700, 90],
    [850, 85],
    [950, 75],
    [1050, 65],
    [1800, 70],
  ])('d4: M %i', (usage, expected) => {
    expect(tortoiseTarget({ ...cpu, usage, target: 70 }, 10, tortoiseDefaults)).toBe(expected)
  })
})

describe('replica slots', () => {
  const sunday = (min: number, max: number, ageHours: number) => [
    { from: 0, to: 1, weekday: 0, min, max, ageHours },
    { from: 0, to: 1, weekday: 1, min: 1, max: 2, ageHours: 0 },
  ]
  const now = { hour: 0, weekday: 0 }

  it.each([
    [7, [3, 9, 168], 10, [5, 20]],
    [8, [8, 30, 168], 10, [7, 28]],
    [9, [8, 30, 0], 10, [8, 30]],
    [10, [0, 0, 168], 1, [3, 12]],
  ] as const)('%i: slot %j, %i replicas', (_, [min, max, age], replicas, expected) => {
    const slots = updateSlots(sunday(min, max, age), { now, replicas }, tortoiseDefaults)
    expect([slots?.[0]?.min, slots?.[0]?.max]).toEqual(expected)
    expect(slots?.[1]).toMatchObject({ min: 1, max: 2 })
  })

  it('11: no slot for the hour', () => {
    const slots = [0, 2, 3].map((from) => ({ from, to: from + 1, min: 3, max: 9, ageHours: 0 }))
    expect(
      updateSlots(slots, { now: { hour: 5, weekday: 0 }, replicas: 4 }, tortoiseDefaults),
    ).toBeUndefined()
  })

  it('68: slots of a week, and of a day; hours that do not divide a day are refused', () => {
    expect([emptySlots(8, true)?.length, emptySlots(8, false)?.length, emptySlots(5, true)]).toEqual([
      21,
      3,
      undefined,
    ])
  })

  it.each([
    [1, 3, 12, 12],
    [2, 3, 4, 12],
    [3, 3, 6, 12],
    [4, 3, 8, 12],
    [10, 5, 20, 20],
  ])('d5: %i replicas', (replicas, min, published, mended) => {
    expect(candidates(replicas, options({ asPublished: true }))).toEqual({ min, max: published })
    expect(candidates(replicas, tortoiseDefaults)).toEqual({ min, max: mended })
  })

  it('a static pair covers every slot', () => {
    expect(
      staticBounds([
        { min: 3, max: 12 },
        { min: 8, max: 10 },
      ]),
    ).toEqual({ min: 8, max: 12 })
  })
})

const suiteC = options({
  minimumRequest: { cpu: 5, memory: 5 * mi },
  minimumRequestPerContainer: { 'istio-proxy': { cpu: 7, memory: 7 * mi } },
  maximumRequest: { cpu: 1000, memory: gi },
  maxScalingDownRatio: 0,
  bufferRatio: 0,
  minimumMinReplicas: 0,
})

interface Vector {
  readonly policies: readonly [ScalingPolicy, ScalingPolicy]
  readonly request: readonly [number, number]
  readonly usage: readonly [number, number]
  readonly targets?: readonly [number, number]
  readonly least?: readonly [number, number]
  readonly most?: readonly [number, number]
  readonly container?: string
}

function resourcesOf(vector: Vector): readonly SizedResource[] {
  return (['cpu', 'memory'] as const).map((resource, at) => ({
    container: vector.container ?? 'app',
    resource,
    policy: vector.policies[at] ?? 'Off',
    request: vector.request[at] ?? 0,
    usage: vector.usage[at] ?? 0,
    ...(vector.targets && { target: vector.targets[at] ?? 0 }),
    ...(vector.least && { minimum: vector.least[at] ?? 0 }),
    ...(vector.most && { maximum: vector.most[at] ?? 0 }),
  }))
}

function sizesOf(vector: Vector, pods: Omit<SizedPods, 'resources'>, more: Partial<TortoiseOptions> = {}) {
  const { sizes, stamp } = tortoiseSizes({ ...pods, resources: resourcesOf(vector) }, { ...suiteC, ...more })
  return { sizes: sizes.map(({ value }) => value), stamp }
}

describe('horizontal sizes', () => {
  const both: Vector = {
    policies: ['Horizontal', 'Horizontal'],
    request: [500, 500 * mi],
    usage: [500, 500 * mi],
    targets: [70, 70],
    least: [100, 100 * mi],
  }
  const pods = { replicas: 4, hpaMin: 1 }
  const flag = { growAtPreferredReplicas: true, preferredMaxReplicas: 3 }
  const same = [500, 500 * mi]

  it.each([
    [12, both, { ...pods, stampedMinutesAgo: 31 }, flag, [650, 650 * mi], 'now'],
    [13, both, pods, flag, same, 'now'],
    [14, { ...both, usage: [400, 400 * mi] }, { ...pods, stampedMinutesAgo: 1 }, flag, same, 'kept'],
    [15, { ...both, usage: [400, 400 * mi] }, pods, { preferredMaxReplicas: 3 }, same, 'kept'],
    [16, { ...both, usage: [400, 400 * mi] }, { ...pods, hpaMin: 4 }, flag, same, 'kept'],
    [
      17,
      { ...both, policies: ['Horizontal', 'Vertical'], usage: [500, 800 * mi] },
      { ...pods, stampedMinutesAgo: 31 },
      flag,
      [650, 800 * mi],
      'now',
    ],
    [
      18,
      { ...both, request: [1500, 1.5 * gi], usage: [1500, 1.5 * gi], targets: [20, 20] },
      pods,
      { ...flag, preferredMaxReplicas: 5 },
      [1000, gi],
      'off',
    ],
    [
      19,
      { ...both, request: [15, 1.5 * mi], usage: [15, 1.5 * mi], targets: [20, 20] },
      pods,
      { ...flag, preferredMaxReplicas: 5 },
      [100, 100 * mi],
      'off',
    ],
    [
      20,
      { ...both, request: [130, 130 * mi], usage: [120, 120 * mi] },
      { ...pods, replicas: 3 },
      { minimumMinReplicas: 3, preferredMaxReplicas: 6 },
      [120, 120 * mi],
      'off',
    ],
  ] as const)('%i', (_, vector, state, more, sizes, stamp) => {
    expect(sizesOf(vector, state, more)).toEqual({ sizes, stamp })
  })

  it.each([
    [29, 5, [100, 10 * gi, 1000, gi]],
    [30, 9, [1000, 10 * gi, 1000, 10 * gi]],
  ])('%i: unequal containers with %i replicas', (_, replicas, expected) => {
    const container = (name: string, usage: readonly [number, number], target: number): Vector => ({
      ...both,
      container: name,
      request: [1000, 10 * gi],
      usage,
      targets: [target, target],
    })
    const resources = [container('c1', [80, 9 * gi], 80), container('c2', [800, 0.7 * gi], 70)].flatMap(
      resourcesOf,
    )
    const large = { ...suiteC, maximumRequest: { cpu: 10_000, memory: 100 * gi }, preferredMaxReplicas: 10 }
    const { sizes } = tortoiseSizes({ resources, replicas, hpaMin: 1 }, large)
    expect(sizes.map(({ value }) => value)).toEqual(expected.map(Math.trunc))
  })
})

describe('vertical sizes', () => {
  const pods = { replicas: 1, hpaMin: 1 }
  const both = (request: readonly [number, number], usage: readonly [number, number]): Vector => ({
    policies: ['Vertical', 'Vertical'],
    request,
    usage,
  })
  const least = both([130, 130 * mi], [2, 2 * mi])

  it.each([
    [21, both([130, 130 * mi], [120, 120 * mi]), {}, [120, 120 * mi]],
    [22, both([130, 130 * mi], [120, 120 * mi]), { bufferRatio: 0.1 }, [145, 145.2 * mi]],
    [23, both([145, 145.2 * mi], [100, 110 * mi]), { bufferRatio: 0.1 }, [110, 145.2 * mi]],
    [24, { ...both([130, 130 * mi], [500, 0.5 * gi]), most: [300, 300 * mi] }, {}, [300, 300 * mi]],
    [
      25,
      { ...both([130, 130 * mi], [500, 0.5 * gi]), most: [1000, gi] },
      { maximumRequest: { cpu: 300, memory: 300 * mi } },
      [300, 300 * mi],
    ],
    [26, { ...both([130, 130 * mi], [10, 10 * mi]), least: [100, 100 * mi] }, {}, [100, 100 * mi]],
    [27, { ...least, least: [1, mi] }, {}, [5, 5 * mi]],
    [27, { ...least, least: [1, mi], container: 'istio-proxy' }, {}, [7, 7 * mi]],
    [28, both([100, 100 * mi], [2, 2 * mi]), { maxScalingDownRatio: 0.8 }, [80, 80 * mi]],
  ] as const)('%i', (_, vector, more, expected) => {
    expect(sizesOf(vector, pods, more).sizes).toEqual(expected.map(Math.trunc))
  })

  const single = (
    policy: Partial<SizedResource>,
    more: Partial<TortoiseOptions> = {},
  ): number | undefined => {
    const resource: SizedResource = {
      container: 'app',
      resource: 'cpu',
      policy: 'Vertical',
      request: 1000,
      usage: 0,
      ...policy,
    }
    return tortoiseSizes({ ...pods, resources: [resource] }, options(more)).sizes[0]?.value
  }

  it.each([
    [743, 817],
    [744, 1000],
    [909, 1000],
    [910, 1101],
    [600, 800],
    [10, 800],
    [9000, 10_000],
  ])('d1: M %i', (usage, expected) => {
    expect(single({ usage })).toBe(expected)
  })

  it.each([
    [300, 409.6 * mi],
    [380, 418 * mi],
    [460, 512 * mi],
    [470, 596_325_171_200],
  ])('d2: M %i Mi', (usage, expected) => {
    expect(single({ resource: 'memory', request: 512 * mi, usage: usage * mi })).toBe(Math.trunc(expected))
  })

  it('d3: the step down holds', () => {
    expect(single({ request: 145, usage: 100 })).toBe(116)
  })

  it('d6: a step down never ends above the ceiling, unless as published', () => {
    const resource = { request: 1500, usage: 200 }
    const low = { maximumRequest: { cpu: 1000, memory: gi } }
    expect([single(resource, { ...low, asPublished: true }), single(resource, low)]).toEqual([1200, 1000])
  })
})

describe('the usage input', () => {
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
  const order: HpaOrder = { mode: 'Auto', phase: 'Working', slot: { min: 3, max: 6 }, hoursAgo: 3 }
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

describe('one pass', () => {
  const suiteE = options({
    minimumTargetUtilization: 40,
    growAtPreferredReplicas: true,
    minimumRequest: { cpu: 10, memory: 10 * mi },
    minimumRequestPerContainer: { 'istio-proxy': { cpu: 11, memory: 11 * mi } },
    maxScalingDownRatio: 0,
    bufferRatio: 0,
    targetMaxIncrease: 25,
    targetIntervalHours: 1,
    externalMetricExclusion: '.*-exclude-metric',
  })
  const app: Vector = {
    policies: ['Horizontal', 'Vertical'],
    request: [4000, 4 * gi],
    usage: [3000, 3 * gi],
    targets: [50, 50],
  }
  const pass = (vectors: readonly Vector[], hpa: Partial<Hpa> = {}, order: Partial<HpaOrder> = {}) => {
    const resources = vectors.flatMap(resourcesOf)
    const { sizes } = tortoiseSizes({ resources, replicas: 10, hpaMin: 1 }, suiteE)
    const [slot = { min: 3, max: 15 }] =
      updateSlots(
        [{ from: 0, to: 24, min: 3, max: 15, ageHours: 0 }],
        { now: { hour: 0, weekday: 0 }, replicas: 10 },
        suiteE,
      ) ?? []
    const targets = resources
      .filter(({ policy }) => policy === 'Horizontal')
      .map((one) => {
        const wanted = tortoiseTarget(one, 10, suiteE)
        const metric = {
          container: one.container,
          resource: one.resource,
          target: one.target ?? 0,
          phase: 'Working' as const,
        }
        return wanted === undefined ? metric : { ...metric, wanted }
      })
    const written = writeHpa(
      { min: 1, max: 100, targets, ...hpa },
      { mode: 'Auto', phase: 'Working', slot, ...order },
      suiteE,
    )
    return {
      sizes: sizes.map(({ value }) => value),
      targets: written.targets,
      bounds: [written.min, written.max],
      slot: [slot.min, slot.max],
      written,
    }
  }

  it('49: CPU horizontal, memory vertical', () => {
    const done = pass([app], { externalMetrics: ['kept', 'x-exclude-metric'] })
    expect(done).toMatchObject({ sizes: [4000, 3 * gi], targets: [75], bounds: [5, 20] })
    expect(done.written.externalMetrics).toEqual(['kept'])
  })

  it('50: bounds of the owner', () => {
    expect(pass([{ ...app, most: [1000, gi] }], {}, { specMax: 10 })).toMatchObject({
      sizes: [1000, gi],
      bounds: [5, 10],
      slot: [5, 20],
    })
  })

  it('51: an unequal pair', () => {
    const done = pass([
      { ...app, request: [10_000, 10 * gi] },
      { ...app, container: 'istio-proxy' },
    ])
    expect(done).toMatchObject({ sizes: [6000, 3 * gi, 4000, 3 * gi], targets: [50, 75], bounds: [5, 20] })
  })

  it("52: a sidecar's own floor", () => {
    const done = pass([
      { ...app, container: 'istio-proxy', request: [100, 200 * mi], usage: [75, mi] },
      { ...app, usage: [3000, mi] },
    ])
    expect(done).toMatchObject({ sizes: [100, 11 * mi, 4000, 10 * mi], targets: [75, 75] })
  })

  it('53: an emergency', () => {
    expect(phaseFor('Emergency', 'Working', true)).toBe('Emergency')
    const slot = { min: 3, max: 15 }
    expect(
      pass([{ ...app, usage: [1, 1] }], {}, { mode: 'Emergency', phase: 'Emergency', slot }),
    ).toMatchObject({ bounds: [15, 15], targets: [50] })
  })

  it('54: back to normal', () => {
    expect(phaseFor('Auto', 'Emergency', true)).toBe('BackToNormal')
    const order = { phase: phaseFor('Auto', 'Emergency', true), slot: { min: 5, max: 20 } }
    expect(pass([app], { min: 19, max: 20 }, order).bounds).toEqual([18, 20])
  })

  it('55: Off tells and does nothing', () => {
    const done = pass([app], {}, { mode: 'Off' })
    expect(done).toMatchObject({ bounds: [1, 100], targets: [50], slot: [5, 20] })
    expect(storeSizes([{ stored: 4000, wanted: 3000 }], { mode: 'Off' }).sizes).toEqual([4000])
    expect(
      tortoiseTarget(
        { container: 'app', resource: 'cpu', policy: 'Horizontal', request: 4000, usage: 3000, target: 50 },
        10,
        suiteE,
      ),
    ).toBe(75)
  })

  it('56: what is vertical works at once', () => {
    const gathering = { filled: true, weekly: false }
    const phases = [
      resourcePhase({ policy: 'Horizontal', gatheringDays: 0.5 }, gathering),
      resourcePhase({ policy: 'Vertical', gatheringDays: 0 }, gathering),
    ]
    expect([phases, wholePhase(phases)]).toEqual([['GatheringData', 'Working'], 'PartlyWorking'])
    const targets = [
      { container: 'app', resource: 'cpu' as const, target: 50, wanted: 75, phase: 'GatheringData' as const },
    ]
    expect(pass([app], { targets })).toMatchObject({ bounds: [1, 100], targets: [50] })
    expect(pass([app]).sizes[1]).toBe(3 * gi)
  })

  it('57: an HPA that scales by memory turns the policy round', () => {
    const [policy] = derivedPolicies(
      [{ container: 'app', hasRequest: { cpu: true, memory: true } }],
      [{ container: 'app', resource: 'memory' }],
    )
    expect(policy).toEqual({ container: 'app', cpu: 'Vertical', memory: 'Horizontal' })
    expect(pass([{ ...app, policies: ['Vertical', 'Horizontal'] }]).sizes[0]).toBe(3000)
    const memory = resourcePhase({ policy: 'Horizontal', gatheringDays: 0 }, { filled: true, weekly: false })
    expect(wholePhase(['Working', memory])).toBe('PartlyWorking')
  })
})

describe('pods', () => {
  it.each([
    [59, { request: 100, limit: 300 }, 'cpu', {}, { request: 200, limit: 600 }],
    [59, { request: 100 * mi, limit: 100 * mi }, 'memory', {}, { request: 200 * mi, limit: 200 * mi }],
    [60, { request: 100, limit: 200 }, 'cpu', { limitMultiplier: { cpu: 3 } }, { request: 200, limit: 600 }],
    [61, { request: 100, limit: 300 }, 'cpu', { minimumCpuLimit: 700 }, { request: 200, limit: 700 }],
  ] as const)('%i: %j', (_, template, resource, more, expected) => {
    expect(resized(resource, template, { stored: template.request * 2, options: options(more) })).toEqual(
      expected,
    )
  })

  it('62, 63: Go variables', () => {
    const bytes = 100 * 1024 ** 2
    expect([scaledMaxProcs(1, 2), scaledMaxProcs(1, 0.5)]).toEqual([2, 1])
    expect(scaledMemoryLimit(bytes, 2, options({ goMemLimit: true }))).toBe(209_715_200)
    expect(scaledMemoryLimit(bytes, 2, tortoiseDefaults)).toBe(bytes)
  })

  it('KRR list 78, 79: requests, limits and Go variables together', () => {
    const go = options({ goMemLimit: true })
    expect(resized('cpu', { request: 100, limit: 400 }, { stored: 50, options: go }).limit).toBe(200)
    expect(
      resized('memory', { request: 100 * mi, limit: 200 * mi }, { stored: 2000 * mi, options: go }).limit,
    ).toBe(4000 * mi)
    expect(scaledMemoryLimit(100 * 1024 ** 2, 20, go)).toBe(2_097_152_000)
  })

  it('64, 65: never lower', () => {
    const never = { neverLower: true, options: tortoiseDefaults }
    expect(resized('cpu', { request: 100, limit: 300 }, { stored: 200, ...never })).toEqual({
      request: 200,
      limit: 600,
    })
    expect(resized('memory', { request: 100 * mi, limit: 100 * mi }, { stored: mi, ...never })).toEqual({
      request: 100 * mi,
      limit: 100 * mi,
    })
    expect(resized('cpu', { request: 100, limit: 300 }, { stored: 300, ...never })).toEqual({
      request: 300,
      limit: 900,
    })
  })

  it('66: pods are left alone before there is data, and when Off', () => {
    expect(
      (['', 'Initializing', 'GatheringData'] as const).map((phase) => resizesPods('Auto', phase)),
    ).toEqual([false, false, false])
    expect([resizesPods('Off', 'Working'), resizesPods('Auto', 'PartlyWorking')]).toEqual([false, true])
  })
})

describe('policies and phases', () => {
  it('67: derived from the HPA', () => {
    const metrics = [
      { container: 'app', resource: 'memory' },
      { container: 'app2', resource: 'cpu' },
    ] as const
    const containers = (cpu: boolean) =>
      ['app', 'app2'].map((container) => ({ container, hasRequest: { cpu, memory: true } }))
    expect(derivedPolicies(containers(true), metrics)).toEqual([
      { container: 'app', cpu: 'Vertical', memory: 'Horizontal' },
      { container: 'app2', cpu: 'Horizontal', memory: 'Vertical' },
    ])
    expect(derivedPolicies(containers(false), metrics).map(({ cpu }) => cpu)).toEqual(['Off', 'Off'])
  })

  it('69, 70: gathering', () => {
    const phase = (gatheringDays: number, slots: { filled: boolean; weekly: boolean }) =>
      resourcePhase({ policy: 'Horizontal', gatheringDays }, slots)
    expect(phase(9, { filled: false, weekly: true })).toBe('GatheringData')
    expect(
      wholePhase([phase(8, { filled: true, weekly: true }), phase(6, { filled: true, weekly: true })]),
    ).toBe('PartlyWorking')
    expect(wholePhase([phase(8, { filled: true, weekly: true }), 'Off', 'Working'])).toBe('Working')
    expect(phase(2, { filled: true, weekly: false })).toBe('Working')
  })

  it('42, 43: a target steps up by bounded points, down at once, after the interval', () => {
    const how = (hoursAgo: number | undefined) => ({ hoursAgo, options: tortoiseDefaults })
    expect([
      steppedTarget(70, 90, how(undefined)),
      steppedTarget(70, 65, how(25)),
      steppedTarget(70, 90, how(24)),
    ]).toEqual([75, 65, 70])
  })
})
