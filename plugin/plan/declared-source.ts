import type { DeclaredWorkload } from '../model/declared.ts'
import type { Source } from '../model/source.ts'

/** A source with the workloads that it declares. */
export interface DeclaredIn {
  readonly source: Source
  readonly workloads: readonly DeclaredWorkload[]
}
