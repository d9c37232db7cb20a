import type { Reason } from '../model/recommendation.ts'

/** Result of a profile's rules for one value, before it is attached to a field: a value with its reasons, or what is missing. */
export type Advice =
  | { readonly kind: 'value'; readonly value: number; readonly because: readonly Reason[] }
  | { readonly kind: 'unsure'; readonly missing: string }

/** Advice with a value, in the unit of its field (millicores, bytes, or a count). */
export const advise = (value: number, ...because: readonly Reason[]): Advice => ({
  kind: 'value',
  value,
  because,
})
/** Advice without a value. `missing` says what is not known or not set, as a sentence without a full stop. */
export const unsure = (missing: string): Advice => ({ kind: 'unsure', missing })
/** The reason that a rule gives. `text` is one or two sentences for the reviewer, with full stops. */
export const reason = (rule: string, text: string): Reason => ({ rule, text })
