import type { YamlPath } from '../../model/site.ts'
import type { InputRole } from '../../model/source.ts'

/** What kind of number a candidate holds; decides which dye it can carry. */
export type Shape = 'quantity' | 'go-memory' | 'count'

/** A scalar in Git that may decide a field. */
export interface Candidate {
  readonly file: string
  readonly role: InputRole
  readonly leaf: boolean
  /** In a file of the source that holds a release: how many levels up. */
  readonly above?: number
  readonly document: number
  readonly path: YamlPath
  readonly line: number
  readonly column: number
  readonly range: readonly [start: number, end: number]
  /** The scalar's own characters, quotes included. */
  readonly text: string
  readonly value: string
  readonly quote: '' | '"' | "'"
  readonly shape: Shape
}
