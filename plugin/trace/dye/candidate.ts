import type { YamlPath } from '../../model/site.ts'
import type { InputRole } from '../../model/source.ts'

/** The type of number in a scalar. It decides which marker value the scalar can take. */
export type NumberType = 'quantity' | 'go-memory' | 'count'

/** A scalar in Git that may set a field. */
export interface Candidate {
  readonly file: string
  readonly role: InputRole
  readonly topLayer: boolean
  /** As for the file: how many sources up in the chain of declarations. */
  readonly levelsUp?: number
  /** As for the file: why an edit of it does not reach the source. */
  readonly frozen?: string
  /** The variable whose default it is, in a placeholder of Flux. */
  readonly variable?: string
  readonly document: number
  readonly path: YamlPath
  readonly line: number
  readonly column: number
  readonly range: readonly [start: number, end: number]
  /** The scalar's own characters, quotes included. */
  readonly text: string
  readonly value: string
  readonly quote: '' | '"' | "'"
  readonly type: NumberType
}
