import { describe, expect, it } from 'vitest'
import { type SizedResource, tortoiseSizes } from '../../../../../plugin/recommend/profiles/tortoise/size.ts'
import type { TortoiseOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import { gi, mi, options, resourcesOf, sizesOf, suiteC, type Vector } from './vectors.ts'

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

  it('d3: a step down is bounded', () => {
    expect(single({ request: 145, usage: 100 })).toBe(116)
  })

  it('d6: a step down never ends above the ceiling, unless as published', () => {
    const resource = { request: 1500, usage: 200 }
    const low = { maximumRequest: { cpu: 1000, memory: gi } }
    expect([single(resource, { ...low, asPublished: true }), single(resource, low)]).toEqual([1200, 1000])
  })
})
