import type { FileEdit } from './edit.ts'
import type { FieldAddress } from './field.ts'
import type { Proof } from './proof.ts'
import type { Reason } from './recommendation.ts'
import type { Site } from './site.ts'

/** One value that a commit changes, with everything a reviewer asks about it. */
export interface ProposedChange extends FieldAddress {
  readonly source: string
  readonly cluster?: string
  /** As printed in the file, before and after; `from` is absent when the value was inserted. */
  readonly from: string
  readonly to: string
  readonly because: readonly Reason[]
  readonly site: Site
}

/** A field left as it is, and why. */
export interface Skipped {
  readonly source?: string
  readonly workload: string
  readonly field?: string
  /** `file:line:column` of what decides the field, where that is known. */
  readonly place?: string
  readonly reason: string
}

/** A commit to make: files, values and proof. */
export interface Proposal {
  readonly changes: readonly ProposedChange[]
  readonly edits: readonly FileEdit[]
  readonly proof: Proof
}

/** The part of a proposal that one pull request asks for, with what it is about; proved by itself. */
export interface ScopedProposal {
  readonly scope: string
  readonly proposal: Proposal
}

/** What became of the pull request of one scope. */
export interface PullOutcome {
  readonly scope: string
  readonly branch: string
  /** `queued`: waits for room; `blocked`: a person's commit stands on its branch. */
  readonly action: 'opened' | 'reopened' | 'updated' | 'unchanged' | 'closed' | 'queued' | 'blocked'
  readonly number?: number
  readonly url?: string
  readonly commit?: string
  readonly reason?: string
  readonly merging?: 'armed' | 'queued' | 'merged' | 'refused'
}

/** A commit made, or found to be there already. */
export interface Delivery {
  readonly mode: 'report' | 'commit' | 'pull-request'
  readonly branch?: string
  readonly commit?: string
  /** False when the branch already held exactly this. */
  readonly created: boolean
  readonly pushedTo?: string
  readonly pullRequest?: {
    readonly number: number
    readonly url: string
    readonly action: PullOutcome['action']
  }
  /** Every pull request that was looked after. */
  readonly pulls?: readonly PullOutcome[]
  /** What went to the base itself beside them, by rule. */
  readonly direct?: Delivery
}
