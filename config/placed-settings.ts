import type { Place, Problem } from '../plugin/model/problem.ts'

/** An operator setting in a file. */
export interface PlacedSetting {
  /** Its name without indices: `clusters.prometheus.url`. */
  readonly name: string
  /** The name of the cluster that it is of. */
  readonly cluster?: string
  readonly place: Place
}

/**
 * Why an operator setting is left out. `reviewed`: it is in the repository, and the operator does not allow that. `never`:
 * it is in the repository, where it cannot be allowed. `overridden`: it is in the repository, and the operator settings have
 * it too. `mixed`: it is in the repository, while the operator settings have other parts of the same server. `inside`: it
 * leads to a file in the repository.
 */
export type DenialReason = 'reviewed' | 'never' | 'overridden' | 'mixed' | 'inside'

/** An operator setting that is left out, because the file that it is in may not give it. */
export interface DeniedSetting extends PlacedSetting {
  readonly reason: DenialReason
  readonly problem: Problem
}
