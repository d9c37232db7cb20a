import { describe, expect, it } from 'vitest'
import { tortoiseDefaults } from '../../../../../plugin/recommend/profiles/tortoise/default-options.ts'
import {
  candidates,
  emptySlots,
  staticBounds,
  updateSlots,
} from '../../../../../plugin/recommend/profiles/tortoise/replicas.ts'
import type { SizedResource } from '../../../../../plugin/recommend/profiles/tortoise/size.ts'
import { tortoiseTarget } from '../../../../../plugin/recommend/profiles/tortoise/target.ts'
import { gi, options, suiteA } from './vectors.ts'

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

  it('68: slots of a week, and of a day; hours that do not divide a day are rejected', () => {
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
  ])('d5: %i replicas', (replicas, min, published, fixed) => {
    expect(candidates(replicas, options({ asPublished: true }))).toEqual({ min, max: published })
    expect(candidates(replicas, tortoiseDefaults)).toEqual({ min, max: fixed })
  })

  it('one pair of bounds fits every slot', () => {
    expect(
      staticBounds([
        { min: 3, max: 12 },
        { min: 8, max: 10 },
      ]),
    ).toEqual({ min: 8, max: 12 })
  })
})
