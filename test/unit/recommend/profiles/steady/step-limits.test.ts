import { describe, expect, it } from 'vitest'
import { advise, reason, unsure } from '../../../../../plugin/recommend/advice.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import type { StepLimit } from '../../../../../plugin/recommend/profiles/steady/step-limits.ts'
import { limitStep } from '../../../../../plugin/recommend/profiles/steady/step-limits.ts'
import { evidence, shortEvidence, textOf, valueAndRules } from './rule-builders.ts'

const tens = (value: number): number => Math.ceil(value / 10) * 10

const step = (wanted: number, more: Partial<StepLimit> = {}, known: Evidence = evidence()) =>
  limitStep(
    advise(wanted, reason('rule', 'text')),
    { from: 1000, smallestMove: 10, round: tens, largestDecrease: 50, ...more },
    known,
  )

describe('a step from 1000', () => {
  it.each<[string, ReturnType<typeof step>, readonly (string | number)[]]>([
    ['up is made at once', step(5000), [5000, 'rule']],
    ['up is made at once on a short history', step(5000, {}, shortEvidence()), [5000, 'rule']],
    ['up by the smallest change is made', step(1100), [1100, 'rule']],
    ['up by less is not made', step(1099), [1000, 'rule', 'step.small']],
    [
      'up by less than `smallestMove` is not made',
      step(1100, { smallestMove: 101 }),
      [1000, 'rule', 'step.small'],
    ],
    ['up by `smallestMove` is made', step(1100, { smallestMove: 100 }), [1100, 'rule']],
    ['up by a little is made when urgent', step(1001, { urgent: () => true }), [1001, 'rule']],
    [
      'up by a little is not made otherwise',
      step(1001, { urgent: () => false }),
      [1000, 'rule', 'step.small'],
    ],
    ['to the same value is not made', step(1000, { urgent: () => true }), [1000, 'rule', 'step.small']],
    ['down within the largest decrease is made', step(600), [600, 'rule']],
    ['down to the largest decrease is made', step(500), [500, 'rule']],
    ['down further is limited', step(400), [500, 'rule', 'step.down']],
    ['down is limited to a rounded value', step(400, { largestDecrease: 33.5 }), [670, 'rule', 'step.down']],
    [
      'down is never limited to more than the current value',
      step(700, { largestDecrease: 0, round: (value) => value + 7 }),
      [1000, 'rule', 'step.down'],
    ],
    ['down by less than the smallest decrease is not made', step(751), [1000, 'rule', 'step.small']],
    ['down by the smallest decrease is made', step(750), [750, 'rule']],
    [
      'down by a little is not made even when urgent',
      step(999, { urgent: () => true }),
      [1000, 'rule', 'step.small'],
    ],
    ['down is unsure on a short history', step(600, {}, shortEvidence()), ['unsure']],
    [
      'down by a little is not made on a short history',
      step(999, {}, shortEvidence()),
      [1000, 'rule', 'step.small'],
    ],
  ])('%s', (_name, advice, wanted) => {
    expect(valueAndRules(advice)).toEqual(wanted)
  })

  it('down uses the larger of `minimumChange` and `minimumDecrease`', () => {
    const known = evidence({ minimumChange: 40, minimumDecrease: 20 })
    expect(valueAndRules(step(601, {}, known))).toEqual([1000, 'rule', 'step.small'])
    expect(valueAndRules(step(600, {}, known))).toEqual([600, 'rule'])
    expect(textOf(step(601, {}, known))).toContain('40 %')
    expect(textOf(step(1001))).toContain('10 %')
    expect(textOf(step(999))).toContain('25 %')
    expect(textOf(step(400))).toContain('50 %')
  })

  it('is not made without a wanted value', () => {
    const missing = unsure('no samples')
    expect(
      limitStep(missing, { from: 1, smallestMove: 1, round: tens, largestDecrease: 50 }, evidence()),
    ).toBe(missing)
  })

  it('is not made when it is not worth a rollout, whatever its size in percent', () => {
    const text = 'It is not worth it.'
    expect(valueAndRules(step(100, { notWorth: () => text }))).toEqual([1000, 'rule', 'rollout.cost'])
    expect(textOf(step(100, { notWorth: () => text }))).toContain(text)
    expect(valueAndRules(step(980, { notWorth: () => undefined }))).toEqual([980, 'rule'])
    expect(valueAndRules(step(1020, { notWorth: () => undefined }))).toEqual([1020, 'rule'])
  })

  it('is too small below the smallest move, even when it is worth a rollout', () => {
    const known = { smallestMove: 30, notWorth: () => undefined }
    expect(valueAndRules(step(980, known))).toEqual([1000, 'rule', 'step.small'])
  })

  it('down does not call `urgent`', () => {
    const never = (): never => {
      throw new Error('unexpected call')
    }
    expect(valueAndRules(step(600, { urgent: never }))).toEqual([600, 'rule'])
  })
})
