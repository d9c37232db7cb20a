import type { FieldAddress } from '../model/field.ts'
import type { JsonPath } from '../model/json.ts'
import type { Intent } from '../model/proof.ts'
import { parseQuantity } from '../model/quantity.ts'
import type { Trace } from '../model/site.ts'
import { printValue, sameValue, valueProblem } from '../model/value.ts'
import { bareText } from './replace.ts'
import type { WantedEdit } from './wanted-edit.ts'

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
  | { readonly kind: 'edit'; readonly edit: WantedEdit; readonly intents: readonly Intent[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'settled' }

/** The edit at the place that a trace chose, its value printed in the style of the current one. */
export function chooseEdit({ trace, to, rendered, ...address }: WantedChange): Chosen {
  const site = trace.chosen === null ? null : trace[trace.chosen]
  const text = typeof to === 'string' ? to : inUnitOf(trace, printValue(address.field, to, styleOf(trace)))
  if (trace.value !== '' && sameValue(address.field, trace.value, text)) return { kind: 'settled' }
  if (site === null) return { kind: 'refused', reason: trace.reason ?? 'no scalar in Git sets this value' }
  const problem = typeof to === 'string' ? valueProblem(address.field, text) : undefined
  if (problem !== undefined) return { kind: 'refused', reason: problem }
  const also = trace.chosen === 'site' ? trace.sharedWith : []
  const intents = [{ ...address, source: trace.source }, ...also].map((one): Intent => ({ ...one, to: text }))
  return {
    kind: 'edit',
    edit: { ...address, site, to: text, ...(rendered === undefined ? {} : { rendered }) },
    intents,
  }
}

/** A value in the unit that a template writes after its source line, rounded up: `2880Mi` as `3Gi` for `{{ .gib }}Gi`. */
function inUnitOf({ site, chosen }: Trace, text: string): string {
  if (chosen !== 'site' || site?.kind !== 'scalar' || site.affix === undefined) return text
  const { before, after } = site.affix
  const [unit, value] = [parseQuantity(`1${after}`), parseQuantity(text)]
  const isStep = before === '' && after !== '' && /^\d+$/.test(bareText(site.text))
  if (!isStep || text.endsWith(after) || unit === undefined || value === undefined) return text
  return `${(value.nano + unit.nano - 1n) / unit.nano}${after}`
}

/** The text whose unit and notation a new value keeps. */
function styleOf({ site, value, chosen }: Trace): string | undefined {
  if (chosen === 'site' && site?.kind === 'scalar' && site.affix === undefined) return bareText(site.text)
  return value === '' ? undefined : value
}
