import type { FileEdit } from './edit.ts'
import type { FieldAddress } from './field.ts'
import type { EarnedDelivery } from './pacing.ts'
import type { Proof } from './proof.ts'
import type { Reason } from './recommendation.ts'
import type { Site } from './site.ts'

/** One value that a commit changes, with what a reviewer needs to know. */
export interface ProposedChange extends FieldAddress {
  readonly source: string
  readonly cluster?: string
  /** The rendered value before, and the value written to the file. */
  readonly from: string
  readonly to: string
  readonly because: readonly Reason[]
  readonly site: Site
  /** How it is delivered, where its workload earned that. */
  readonly earned?: EarnedDelivery
}

/** A field that is skipped, and why. */
export interface Skipped {
  readonly source?: string
  readonly cluster?: string
  readonly namespace?: string
  /** `Kind/name`; empty for a whole source. */
  readonly workload: string
  readonly field?: string
  /** `file:line:column` of the source line, when it is known. */
  readonly place?: string
  readonly reason: string
}

/** A commit to make: its values, edits and proof. */
export interface Proposal {
  readonly changes: readonly ProposedChange[]
  readonly edits: readonly FileEdit[]
  readonly proof: Proof
  /** The emergency that it begins. */
  readonly emergency?: Emergency
}

/** An emergency: values are raised at once, and go back after it. */
export interface Emergency {
  /** When it ends by itself, ISO 8601. */
  readonly until: string
  /** What the person who began it gave as the reason. */
  readonly reason?: string
  /** The values that it should raise and that stay, each with the reason. */
  readonly notRaised?: readonly string[]
}

/** The part of a proposal for one pull request, with its scope; proved by itself. */
export interface ScopedProposal {
  readonly scope: string
  readonly proposal: Proposal
}

/** The result for the pull request of one scope. */
export interface PullOutcome {
  readonly scope: string
  readonly branch: string
  /** `queued`: waits until fewer pull requests are open; `blocked`: its branch has a commit by a person. */
  readonly action: 'opened' | 'reopened' | 'updated' | 'unchanged' | 'closed' | 'queued' | 'blocked'
  readonly number?: number
  readonly url?: string
  readonly commit?: string
  readonly reason?: string
  readonly merging?: 'armed' | 'queued' | 'merged' | 'refused'
}

/** The result of a delivery: a commit that was made, or that already existed. */
export interface Delivery {
  readonly mode: 'report' | 'commit' | 'pull-request'
  readonly branch?: string
  readonly commit?: string
  /** False when the branch already had this commit. */
  readonly created: boolean
  readonly pushedTo?: string
  readonly pullRequest?: {
    readonly number: number
    readonly url: string
    readonly action: PullOutcome['action']
  }
  /** All pull requests of the run. */
  readonly pulls?: readonly PullOutcome[]
  /** The direct commit on the base branch for changes that rules deliver this way. */
  readonly direct?: Delivery
}

/** A pull request of Tortoise after a run. */
export interface TrackedPull {
  readonly number: number
  readonly url: string
  readonly branch: string
  /** What its changes have in common: cluster and owners, for example. */
  readonly scope: string
  readonly state: 'open' | 'merged' | 'closed'
  /** Whether its branch has a commit by a person, so that Tortoise no longer updates it. */
  readonly isBlocked: boolean
  /** ISO 8601. */
  readonly createdAt: string
  /** When it was merged or closed, ISO 8601. */
  readonly endedAt?: string
  /** Whether Tortoise closed it, because its values were no longer needed. */
  readonly byTortoise: boolean
}
