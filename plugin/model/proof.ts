import type { FieldAddress } from './field.ts'
import type { JsonPath } from './json.ts'

/** A field that an edit is meant to change in one source. */
export interface Intent extends FieldAddress {
  readonly source: string
  /** The intended value, as text. */
  readonly to: string
}

/** A difference between the renderings before and after that no edit intends. */
export interface UnexpectedChange {
  readonly source: string
  /** `Kind/name` of the object, or the address of a field. */
  readonly object: string
  readonly path: JsonPath
  readonly before: string | null
  readonly after: string | null
}

/** The result of comparing the renderings before and after the edits. */
export interface Proof {
  readonly verdict: 'proved' | 'refuted'
  /** Ids of all sources that were rendered for the proof. */
  readonly sources: readonly string[]
  /** Intended fields that have the intended value after the edits. */
  readonly moved: readonly Intent[]
  /** Intended fields that do not. */
  readonly missing: readonly Intent[]
  readonly unexpected: readonly UnexpectedChange[]
  /** What the API server would refuse after the edits, and did not before them: one sentence for each source. */
  readonly refused?: readonly { readonly source: string; readonly message: string }[]
  /** Sources that no longer render after the edits, each with the renderer's message. */
  readonly failed: readonly { readonly source: string; readonly message: string }[]
}
