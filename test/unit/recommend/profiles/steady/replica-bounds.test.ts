import { describe, expect, it } from 'vitest'
import type { DeclaredWorkload } from '../../../../../plugin/model/declared.ts'
import type { Recommendation } from '../../../../../plugin/model/recommendation.ts'
import { replicaSlots } from '../../../../../plugin/recommend/replica-slots.ts'
import { ask, declare, type Need, observeUnder } from './replica-builders.ts'
import { options } from './rule-builders.ts'

function summaryOf(answer: readonly Recommendation[], field: Recommendation['field']) {
  const one = answer.find((own) => own.field === field)
  if (one === undefined || one.verdict === 'unsure') return [one?.missing]
  return [one.verdict === 'change' ? one.to : one.from, ...one.because.map(({ rule }) => rule)]
}

const diurnal: Need = (hour) => 8 + 4 * Math.sin((hour / 12) * Math.PI)
/** Three levels, eight hours each. */
const stairs: Need = (hour) => (hour % 24 < 8 ? 4 : hour % 24 < 16 ? 12 : 8)

describe('the maximum of an HPA', () => {
  it('that was hit is raised by half; no request is lowered and no target raised', () => {
    const declared = declare(2, 10)
    const answer = ask(declared, observeUnder(declared, diurnal))
    expect(summaryOf(answer, 'hpa.maxReplicas')).toEqual([15, 'hpa.maximum-hit'])
    for (const one of answer) {
      if (one.verdict !== 'change') continue
      if (one.field.startsWith('requests')) expect(one.to).toBeGreaterThanOrEqual(one.from)
      if (one.field.startsWith('hpa.target')) expect(one.to).toBeLessThanOrEqual(one.from)
    }
  })

  it('that was hit is raised no higher than settings allow, and the reason says so', () => {
    const declared = declare(2, 10)
    const bounds = { replicaBounds: { minimum: 2, maximum: 10 } }
    const answer = ask(declared, observeUnder(declared, diurnal), bounds)
    const maximum = answer.find(({ field }) => field === 'hpa.maxReplicas')
    expect(maximum).toMatchObject({ verdict: 'keep', from: 10 })
    expect(JSON.stringify(maximum)).toContain('`recommend.replicaBounds.maximum` allows no more')
  })

  it.each([
    [13, 18, 'within a quarter of the most pods that ran'],
    [20, 20, 'with enough room'],
    [36, 36, 'at three times the most pods'],
    [90, 45, 'above that, by half in one step'],
  ])('of %i becomes %i: %s', (from, to) => {
    const declared = declare(2, from)
    expect(summaryOf(ask(declared, observeUnder(declared, diurnal)), 'hpa.maxReplicas')[0]).toBe(to)
  })
})

describe('the minimum of an HPA', () => {
  it.each([
    [8, 4, 'above the quietest hour of the week is lowered to it'],
    [12, 6, 'far above it is lowered by half in one step'],
    [3, 3, 'between half of it and itself stays'],
    [1, 3, 'below half of it is raised to half'],
  ])('of %i becomes %i: one that is %s', (from, to) => {
    const declared = declare(from, 30)
    expect(summaryOf(ask(declared, observeUnder(declared, diurnal)), 'hpa.minReplicas')[0]).toBe(to)
  })

  it('never falls below 2 by default, nor below the setting', () => {
    const declared = declare(4, 30)
    const observation = observeUnder(declared, () => 1)
    expect(summaryOf(ask(declared, observation), 'hpa.minReplicas')[0]).toBe(2)
    const bounds = { replicaBounds: { minimum: 3, maximum: 100 } }
    expect(summaryOf(ask(declared, observation, bounds), 'hpa.minReplicas')[0]).toBe(3)
  })

  it('and the maximum are kept when they are equal, and at 0', () => {
    const pinned = ask(declare(5, 5), observeUnder(declare(5, 5), diurnal))
    expect(summaryOf(pinned, 'hpa.minReplicas')).toEqual([5, 'hpa.pinned'])
    expect(summaryOf(pinned, 'hpa.maxReplicas')).toEqual([5, 'hpa.pinned'])
    expect(summaryOf(ask(declare(0, 30), observeUnder(declare(0, 30), diurnal)), 'hpa.minReplicas')[0]).toBe(
      0,
    )
    const { autoscaler: { minReplicas: _, ...one } = { targets: [] }, ...rest } = declare(1, 1)
    const unsaid = { ...rest, autoscaler: one }
    expect(summaryOf(ask(unsaid, observeUnder(declare(1, 9), diurnal)), 'hpa.maxReplicas')).toEqual([
      1,
      'hpa.pinned',
    ])
  })

  it('is not lowered with less than a week of history, nor when CPU is turned off', () => {
    const declared = declare(8, 30)
    const observation = observeUnder(declared, diurnal)
    expect(summaryOf(ask(declared, { ...observation, days: 5 }), 'hpa.minReplicas')[0]).toContain(
      'needs 7 days',
    )
    const off: DeclaredWorkload = {
      ...declared,
      policies: [{ resource: 'cpu', policy: 'Off', said: 'settings' }],
    }
    expect(summaryOf(ask(off, observation), 'hpa.minReplicas')).toEqual([8, 'policy.off'])
  })
})

describe('replica slots', () => {
  const observation = observeUnder(declare(2, 30), stairs)

  it('hold half and twice the most pods of each hour, merged when they are equal', () => {
    const slots = replicaSlots(declare(2, 30), observation, options)
    expect(slots.filter(({ weekday }) => weekday === 3)).toEqual([
      { weekday: 3, from: 0, to: 8, minimum: 2, maximum: 8 },
      { weekday: 3, from: 8, to: 16, minimum: 6, maximum: 24 },
      { weekday: 3, from: 16, to: 24, minimum: 4, maximum: 16 },
    ])
    expect(new Set(slots.map(({ weekday }) => weekday)).size).toBe(7)
  })

  it('of a day are the same for all weekdays, and can be turned off', () => {
    expect(replicaSlots(declare(2, 30), observation, { ...options, replicaSlots: 'daily' })).toHaveLength(3)
    expect(replicaSlots(declare(2, 30), observation, { ...options, replicaSlots: 'off' })).toEqual([])
  })

  it('have the recorded weekday: a busy Monday is weekday 1', () => {
    const mondays = observeUnder(declare(2, 30), (hour) => (hour % 168 < 24 ? 10 : 4))
    const busy = replicaSlots(declare(2, 30), mondays, options).filter(({ maximum }) => maximum === 20)
    expect(busy).toEqual([{ weekday: 1, from: 0, to: 24, minimum: 5, maximum: 20 }])
  })
})
