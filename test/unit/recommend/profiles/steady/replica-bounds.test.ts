import { describe, expect, it } from 'vitest'
import type { DeclaredWorkload } from '../../../../../plugin/model/declared.ts'
import type { Recommendation } from '../../../../../plugin/model/recommendation.ts'
import { replicaSlots } from '../../../../../plugin/recommend/profiles/steady/replica-slots.ts'
import { options } from './parts.ts'
import { ask, declare, type Need, seenUnder } from './replica-needs.ts'

function said(answer: readonly Recommendation[], field: Recommendation['field']) {
  const one = answer.find((own) => own.field === field)
  if (one === undefined || one.verdict === 'unsure') return [one?.missing]
  return [one.verdict === 'change' ? one.to : one.from, ...one.because.map(({ rule }) => rule)]
}

const diurnal: Need = (hour) => 8 + 4 * Math.sin((hour / 12) * Math.PI)
/** Stands at three heights, eight hours each. */
const stairs: Need = (hour) => (hour % 24 < 8 ? 4 : hour % 24 < 16 ? 12 : 8)

describe('the maximum of replicas', () => {
  it('that was hit is raised by half, and nothing is made tighter there', () => {
    const declared = declare(2, 10)
    const answer = ask(declared, seenUnder(declared, diurnal))
    expect(said(answer, 'hpa.maxReplicas')).toEqual([15, 'hpa.maximum-hit'])
    for (const one of answer) {
      if (one.verdict !== 'change') continue
      if (one.field.startsWith('requests')) expect(one.to).toBeGreaterThanOrEqual(one.from)
      if (one.field.startsWith('hpa.target')) expect(one.to).toBeLessThanOrEqual(one.from)
    }
  })

  it('that was hit is raised no further than settings allow, and the reason says so', () => {
    const declared = declare(2, 10)
    const bounds = { replicaBounds: { minimum: 2, maximum: 10 } }
    const answer = ask(declared, seenUnder(declared, diurnal), bounds)
    const maximum = answer.find(({ field }) => field === 'hpa.maxReplicas')
    expect(maximum).toMatchObject({ verdict: 'keep', from: 10 })
    expect(JSON.stringify(maximum)).toContain('settings allow no more')
  })

  it.each([
    [13, 18, 'within a quarter of the most that ran'],
    [20, 20, 'with room enough'],
    [36, 36, 'at three times the most'],
    [90, 45, 'beyond it, by half in one step'],
  ])('of %i becomes %i: %s', (from, to) => {
    const declared = declare(2, from)
    expect(said(ask(declared, seenUnder(declared, diurnal)), 'hpa.maxReplicas')[0]).toBe(to)
  })
})

describe('the minimum of replicas', () => {
  it.each([
    [8, 4, 'above the quietest hour of the week is lowered to it'],
    [12, 6, 'far above it is lowered by half in one step'],
    [3, 3, 'between half of it and it stays'],
    [1, 3, 'below half of it is raised to half'],
  ])('of %i becomes %i: one that is %s', (from, to) => {
    const declared = declare(from, 30)
    expect(said(ask(declared, seenUnder(declared, diurnal)), 'hpa.minReplicas')[0]).toBe(to)
  })

  it('never falls below two where it was two, nor below what settings say', () => {
    const declared = declare(4, 30)
    const seen = seenUnder(declared, () => 1)
    expect(said(ask(declared, seen), 'hpa.minReplicas')[0]).toBe(2)
    const bounds = { replicaBounds: { minimum: 3, maximum: 100 } }
    expect(said(ask(declared, seen, bounds), 'hpa.minReplicas')[0]).toBe(3)
  })

  it('and the maximum stay where they are alike, and at zero', () => {
    const pinned = ask(declare(5, 5), seenUnder(declare(5, 5), diurnal))
    expect(said(pinned, 'hpa.minReplicas')).toEqual([5, 'hpa.pinned'])
    expect(said(pinned, 'hpa.maxReplicas')).toEqual([5, 'hpa.pinned'])
    expect(said(ask(declare(0, 30), seenUnder(declare(0, 30), diurnal)), 'hpa.minReplicas')[0]).toBe(0)
    const { autoscaler: { minReplicas: _, ...one } = { targets: [] }, ...rest } = declare(1, 1)
    const unsaid = { ...rest, autoscaler: one }
    expect(said(ask(unsaid, seenUnder(declare(1, 9), diurnal)), 'hpa.maxReplicas')).toEqual([1, 'hpa.pinned'])
  })

  it('is not lowered on a week of history that is not whole, nor where it is switched off', () => {
    const declared = declare(8, 30)
    const seen = seenUnder(declared, diurnal)
    expect(said(ask(declared, { ...seen, days: 5 }), 'hpa.minReplicas')[0]).toContain('needs 7 days')
    const off: DeclaredWorkload = {
      ...declared,
      policies: [{ resource: 'cpu', policy: 'Off', said: 'a note' }],
    }
    expect(said(ask(off, seen), 'hpa.minReplicas')).toEqual([8, 'policy.off'])
  })
})

describe('slots of replicas', () => {
  const seen = seenUnder(declare(2, 30), stairs)

  it('hold half and twice the most pods of each hour, joined where they are alike', () => {
    const slots = replicaSlots(declare(2, 30), seen, options)
    expect(slots.filter(({ weekday }) => weekday === 3)).toEqual([
      { weekday: 3, from: 0, to: 8, minimum: 2, maximum: 8 },
      { weekday: 3, from: 8, to: 16, minimum: 6, maximum: 24 },
      { weekday: 3, from: 16, to: 24, minimum: 4, maximum: 16 },
    ])
    expect(new Set(slots.map(({ weekday }) => weekday)).size).toBe(7)
  })

  it('of a day are the same for all weekdays, and can be left out', () => {
    expect(replicaSlots(declare(2, 30), seen, { ...options, replicaSlots: 'daily' })).toHaveLength(3)
    expect(replicaSlots(declare(2, 30), seen, { ...options, replicaSlots: 'off' })).toEqual([])
  })

  it('begin on the weekday that was seen: a Monday that is busy is weekday 1', () => {
    const mondays = seenUnder(declare(2, 30), (hour) => (hour % 168 < 24 ? 10 : 4))
    const busy = replicaSlots(declare(2, 30), mondays, options).filter(({ maximum }) => maximum === 20)
    expect(busy).toEqual([{ weekday: 1, from: 0, to: 24, minimum: 5, maximum: 20 }])
  })
})
