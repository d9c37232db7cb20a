import { describe, expect, it } from 'vitest'
import { advise, reason, unsure } from '../../../../../plugin/recommend/advice.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import type { StepLimit } from '../../../../../plugin/recommend/profiles/steady/step-limits.ts'
import { limitStep } from '../../../../../plugin/recommend/profiles/steady/step-limits.ts'
import { evidence, said, textOf, thin } from './parts.ts'

const tens = (value: number): number => Math.ceil(value / 10) * 10

const step = (wanted: number, more: Partial<StepLimit> = {}, known: Evidence = evidence()) =>
  limitStep(
    advise(wanted, reason('rule', 'text')),
    { from: 1000, smallestMove: 10, tidy: tens, largestDecrease: 50, ...more },
    known,
  )

describe('a step from 1000', () => {
  it.each<[string, ReturnType<typeof step>, readonly (string | number)[]]>([
    ['up is made at once', step(5000), [5000, 'rule']],
    ['up on thin evidence is made at once', step(5000, {}, thin()), [5000, 'rule']],
    ['up by the least that is worth a commit is made', step(1100), [1100, 'rule']],
    ['up by less is not', step(1099), [1000, 'rule', 'pace.small']],
    [
      'up by less than the smallest move is not',
      step(1100, { smallestMove: 101 }),
      [1000, 'rule', 'pace.small'],
    ],
    ['up by the smallest move is made', step(1100, { smallestMove: 100 }), [1100, 'rule']],
    ['up by a little is made in an emergency', step(1001, { urgent: () => true }), [1001, 'rule']],
    ['up by a little is not without one', step(1001, { urgent: () => false }), [1000, 'rule', 'pace.small']],
    ['to the same value is none', step(1000, { urgent: () => true }), [1000, 'rule', 'pace.small']],
    ['down within the largest decrease is made', step(600), [600, 'rule']],
    ['down to the largest decrease is made', step(500), [500, 'rule']],
    ['down further is cut', step(400), [500, 'rule', 'pace.down']],
    ['down is cut at a rounded value', step(400, { largestDecrease: 33.5 }), [670, 'rule', 'pace.down']],
    [
      'down is never cut to more than is set',
      step(700, { largestDecrease: 0, tidy: (value) => value + 7 }),
      [1000, 'rule', 'pace.down'],
    ],
    ['down by less than a decrease is worth is not made', step(751), [1000, 'rule', 'pace.small']],
    ['down by what a decrease is worth is made', step(750), [750, 'rule']],
    [
      'down by a trifle is not made in an emergency',
      step(999, { urgent: () => true }),
      [1000, 'rule', 'pace.small'],
    ],
    ['down on thin evidence is unsure', step(600, {}, thin()), ['unsure']],
    ['down by a trifle on thin evidence is none', step(999, {}, thin()), [1000, 'rule', 'pace.small']],
  ])('%s', (_name, advice, wanted) => {
    expect(said(advice)).toEqual(wanted)
  })

  it('is measured by the larger of both shares when it goes down', () => {
    const known = evidence({ minimumChange: 40, minimumDecrease: 20 })
    expect(said(step(601, {}, known))).toEqual([1000, 'rule', 'pace.small'])
    expect(said(step(600, {}, known))).toEqual([600, 'rule'])
    expect(textOf(step(601, {}, known))).toContain('40 %')
    expect(textOf(step(1001))).toContain('10 %')
    expect(textOf(step(999))).toContain('25 %')
    expect(textOf(step(400))).toContain('50 %')
  })

  it('is none where too little is known', () => {
    const missing = unsure('no samples')
    expect(
      limitStep(missing, { from: 1, smallestMove: 1, tidy: tens, largestDecrease: 50 }, evidence()),
    ).toBe(missing)
  })

  it('down goes no lower than was wanted on the days before', () => {
    expect(said(step(600, { wantedLately: () => 700 }))).toEqual([700, 'rule', 'pace.days'])
    expect(said(step(600, { wantedLately: () => 600 }))).toEqual([600, 'rule'])
    expect(said(step(600, { wantedLately: () => 500 }))).toEqual([600, 'rule'])
    expect(said(step(600, { wantedLately: () => 5000 }))).toEqual([1000, 'rule', 'pace.days', 'pace.small'])
    expect(said(step(300, { wantedLately: () => 400 }))).toEqual([500, 'rule', 'pace.days', 'pace.down'])
    expect(textOf(step(600, { wantedLately: () => 700 }))).toMatch(/text\n\w+/)
  })

  it('up does not ask for the days before, nor down for an emergency', () => {
    const never = (): never => {
      throw new Error('asked for nothing')
    }
    expect(said(step(2000, { wantedLately: never }))).toEqual([2000, 'rule'])
    expect(said(step(1000, { wantedLately: never }))).toEqual([1000, 'rule', 'pace.small'])
    expect(said(step(600, { urgent: never }))).toEqual([600, 'rule'])
  })
})
