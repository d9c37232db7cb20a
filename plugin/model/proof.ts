import type { FieldAddress } from './field.ts'
import type { JsonPath } from './json.ts'

/** A field that an edit is meant to move in one source. */
export interface Intent extends FieldAddress {
  readonly source: string
  /** The value wanted, as text. */
  readonly to: string
}

/** A difference between two renderings that nobody asked for. */
export interface Surprise {
  readonly source: string
  /** `Kind/name` of the object, or the address of a field. */
  readonly object: string
  readonly path: JsonPath
  readonly before: string | null
  readonly after: string | null
}

/** The comparison of renderings before and after. */
export interface Proof {
  readonly verdict: 'proved' | 'refuted'
  /** Ids of every source that was rendered for it. */
  readonly sources: readonly string[]
  /** Intended fields that moved to the value wanted. */
  readonly moved: readonly Intent[]
  /** Intended fields that did not. */
  readonly missed: readonly Intent[]
  readonly surprises: readonly Surprise[]
  /** Sources that no longer render after the edits, in the words of the program. */
  readonly broken: readonly { readonly source: string; readonly message: string }[]
}
