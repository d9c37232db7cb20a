import type { Reason } from '../model/recommendation.ts'

/** What the rules say of one number, before it is tied to a field. */
export type Advice =
  | { readonly kind: 'value'; readonly value: number; readonly because: readonly Reason[] }
  | { readonly kind: 'unsure'; readonly missing: string }

/** Says that a value is wanted, and why. */
export const advise = (value: number, ...because: readonly Reason[]): Advice => ({
  kind: 'value',
  value,
  because,
})
/** Says that too little is known. */
export const unsure = (missing: string): Advice => ({ kind: 'unsure', missing })
/** One rule's word. */
export const reason = (rule: string, text: string): Reason => ({ rule, text })
