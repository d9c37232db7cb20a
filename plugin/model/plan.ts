import type { PlanBacktest } from './backtest.ts'
import type { Delivery, Proposal, ScopedProposal, Skipped } from './proposal.ts'
import type { UsageReading } from './reading.ts'
import type { Recommendation } from './recommendation.ts'
import type { WorkloadSlots } from './replica-slots.ts'

/** A recommendation with the source that declares its workload. */
export type SourceRecommendation = Recommendation & { readonly source: string; readonly cluster?: string }

/** The outcome of one pass, before anything is delivered. */
export interface Plan {
  readonly recommendations: readonly SourceRecommendation[]
  /** Absent when nothing should change, or nothing could be proved. */
  readonly proposal?: Proposal
  /** The proposal in parts, one for each pull request; each is proved by itself. */
  readonly parts?: readonly ScopedProposal[]
  readonly skipped: readonly Skipped[]
  /** Files and directories that the proof reads: while they stay, it holds. Absent where nothing was proved. */
  readonly reads?: readonly string[]
  /** What recorded history would have come to under today's values and under the new ones. */
  readonly backtest?: PlanBacktest
  /** Replica bounds by hour of what an HPA scales, for those who can use them. */
  readonly slots?: readonly WorkloadSlots[]
  /** Where usage was read from, and what that took. */
  readonly usage?: readonly UsageReading[]
}

/** What a report tells: the pass, and what became of it. */
export interface Outcome {
  readonly plan: Plan
  readonly delivery?: Delivery
}
