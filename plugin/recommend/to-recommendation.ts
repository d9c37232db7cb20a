import type { DeclaredWorkload } from '../model/declared.ts'
import type { Field } from '../model/field.ts'
import type { Recommendation } from '../model/recommendation.ts'
import type { Advice } from './advice.ts'

/** A field that a rule is asked about. */
export interface Question {
  readonly workload: DeclaredWorkload['workload']
  readonly container: string | undefined
  readonly field: Field
  readonly from: number | undefined
  readonly together: string
}

/** Ties what the rules say to its field: a change where the value is another one. */
export function toRecommendation(
  { workload, container, field, from, together }: Question,
  advice: Advice,
): Recommendation {
  const address = { workload, ...(container === undefined ? {} : { container }), field }
  if (advice.kind === 'unsure') return { ...address, verdict: 'unsure', missing: advice.missing }
  if (from === undefined)
    return { ...address, verdict: 'unsure', missing: 'the present value is not one that can be read' }
  const { value: to, because } = advice
  if (!Number.isFinite(to)) return { ...address, verdict: 'unsure', missing: 'the rules come to no number' }
  return to === from
    ? { ...address, verdict: 'keep', from, because }
    : { ...address, verdict: 'change', from, to, because, together }
}
