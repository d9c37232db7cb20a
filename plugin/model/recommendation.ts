import type { FieldAddress } from './field.ts'

/** One rule that determined a value, with its figures. */
export interface Reason {
  /** Stable code of the rule, for example `cpu.price`. */
  readonly rule: string
  /** One or two sentences for the reviewer. */
  readonly text: string
}

/** The value should change. `from` and `to` are in the field's unit: millicores, bytes, or a count. */
export interface Change extends FieldAddress {
  readonly verdict: 'change'
  readonly from: number
  readonly to: number
  /** The new value as text, for a field whose number does not say it all: a schedule. */
  readonly written?: string
  readonly because: readonly Reason[]
  /** The last OOM kill that the change, or one of its change group, answers: so many days before a time (ISO 8601). */
  readonly answersKill?: { readonly days: number; readonly before: string }
  /** Name of the change group: all changes of a workload with the same name are made, or none. For example a target with its requests. */
  readonly together: string
}

/** The value is right, or a rule keeps it. */
export interface Keep extends FieldAddress {
  readonly verdict: 'keep'
  readonly from: number
  readonly because: readonly Reason[]
}

/** There is too little data to decide. */
export interface Unsure extends FieldAddress {
  readonly verdict: 'unsure'
  /** What is missing, as a sentence without a full stop. */
  readonly missing: string
}

/** The recommendation for one field. */
export type Recommendation = Change | Keep | Unsure
