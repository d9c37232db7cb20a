import type { DeclaredWorkload } from '../model/declared.ts'
import type { Field } from '../model/field.ts'
import type { Recommendation } from '../model/recommendation.ts'
import type { Advice } from './advice.ts'

/** A field with its current value, for which the rules gave advice. */
export interface AdvisedField {
  readonly workload: DeclaredWorkload['workload']
  readonly container: string | undefined
  readonly field: Field
  /** Current value in the field's unit; `undefined` when it cannot be read. */
  readonly from: number | undefined
  /** Name of the change group. */
  readonly together: string
}

/** Turns advice for a field into a recommendation: `change` when the value differs, else `keep`, or `unsure`. */
export function toRecommendation(
  { workload, container, field, from, together }: AdvisedField,
  advice: Advice,
): Recommendation {
  const address = container === undefined ? { workload, field } : { workload, container, field }
  if (advice.kind === 'unsure') return { ...address, verdict: 'unsure', missing: advice.missing }
  if (from === undefined)
    return { ...address, verdict: 'unsure', missing: 'The current value is not a number that can be read' }
  const { value: to, because } = advice
  if (!Number.isFinite(to))
    return { ...address, verdict: 'unsure', missing: 'The rules of the profile give no number' }
  return to === from
    ? { ...address, verdict: 'keep', from, because }
    : { ...address, verdict: 'change', from, to, because, together }
}
