import type { FieldAddress } from './field.ts'

/** One rule that had a say in a value, with the figures that fired it. */
export interface Reason {
  /** Stable name of the rule, `cpu.p95` for example. */
  readonly rule: string
  /** One sentence for the reviewer. */
  readonly text: string
}

/** The value should move. `from` and `to` are in the field's unit: millicores, bytes, or a count. */
export interface Change extends FieldAddress {
  readonly verdict: 'change'
  readonly from: number
  readonly to: number
  readonly because: readonly Reason[]
  /** The last OOM kill that the change, or one of its change group, answers: so many days before a time (ISO 8601). */
  readonly answersKill?: { readonly days: number; readonly before: string }
  /** Changes of a workload with the same word here move together or not at all: a target with its requests, a limit with its request. */
  readonly together: string
}

/** The value is right, or a rule forbids to move it. */
export interface Keep extends FieldAddress {
  readonly verdict: 'keep'
  readonly from: number
  readonly because: readonly Reason[]
}

/** Too little is known. */
export interface Unsure extends FieldAddress {
  readonly verdict: 'unsure'
  /** What is missing, as a sentence. */
  readonly missing: string
}

/** What is advised for one field. */
export type Recommendation = Change | Keep | Unsure
