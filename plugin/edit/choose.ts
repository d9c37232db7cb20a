import type { FieldAddress } from '../model/field.ts'
import type { JsonPath } from '../model/json.ts'
import type { Intent } from '../model/proof.ts'
import type { Trace } from '../model/site.ts'
import { sameValue, valueProblem } from '../model/value.ts'
import type { WantedEdit } from './wanted-edit.ts'
import { givenValue, writtenValue } from './written-value.ts'

/** A requested change of a traced field. */
export interface WantedChange extends FieldAddress {
  readonly trace: Trace
  /** A number in the field's unit, or the text that a person gave. */
  readonly to: number | string
  /** The path of the field in its rendered object. */
  readonly rendered?: JsonPath
}

/** An edit to make with the fields that it is meant to change, why none can be made, or that the value is set already. */
export type Chosen =
  | ChosenEdit
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'settled' }

/** An edit to make. */
export interface ChosenEdit {
  readonly kind: 'edit'
  readonly edit: WantedEdit
  readonly intents: readonly Intent[]
  /** Why its value is not exactly the requested one, as a sentence without a full stop. */
  readonly rounded?: string
}

/** The edit at the place that a trace chose, its value printed in the style of the current one. */
export function chooseEdit({ trace, to, rendered, ...address }: WantedChange): Chosen {
  const site = trace.chosen === null ? null : trace[trace.chosen]
  const written = typeof to === 'string' ? givenValue(trace, to) : writtenValue(trace, address, to)
  const text = 'refused' in written ? String(to) : written.text
  if (trace.value !== '' && sameValue(address.field, trace.value, text)) return { kind: 'settled' }
  if (site === null) return { kind: 'refused', reason: trace.reason ?? 'no scalar in Git sets this value' }
  const problem = typeof to === 'string' ? valueProblem(address.field, to) : undefined
  if (problem !== undefined) return { kind: 'refused', reason: problem }
  if ('refused' in written) return { kind: 'refused', reason: written.refused }
  const also = trace.chosen === 'site' ? trace.sharedWith : []
  const intents = [{ ...address, source: trace.source }, ...also].map((one): Intent => ({ ...one, to: text }))
  const edit = { ...address, site, to: text, ...(rendered === undefined ? {} : { rendered }) }
  return {
    kind: 'edit',
    edit,
    intents,
    ...(written.rounded === undefined ? {} : { rounded: written.rounded }),
  }
}
