import type { PlanBacktest } from './backtest.ts'
import type { Coverage } from './coverage.ts'
import type { FleetWorkload } from './fleet.ts'
import type { FollowedChange } from './health.ts'
import type { Earned } from './pacing.ts'
import type { Delivery, Proposal, ScopedProposal, Skipped, TrackedPull } from './proposal.ts'
import type { UsageReading } from './reading.ts'
import type { Recommendation } from './recommendation.ts'
import type { WorkloadSlots } from './replica-slots.ts'
import type { SourceRollout } from './rollout.ts'
import type { Workload } from './workload.ts'
import type { WorkloadReference } from './workload-reference.ts'

/** A recommendation with the source that declares its workload. */
export type SourceRecommendation = Recommendation & { readonly source: string; readonly cluster?: string }

/** A container with OOM kills that nobody answered, and the reason why this plan raises nothing for it. */
export interface UnansweredKills {
  readonly cluster: string
  readonly workload: Workload
  readonly container: string
  readonly kills: number
  /** One or more sentences. */
  readonly why: string
}

/** What a run intends, before it delivers anything. */
export interface Plan {
  readonly recommendations: readonly SourceRecommendation[]
  /** Left out when nothing should change, or nothing can be proved. */
  readonly proposal?: Proposal
  /** The proposal split by pull request; each part is proved by itself. */
  readonly parts?: readonly ScopedProposal[]
  readonly skipped: readonly Skipped[]
  /** Files and directories that the proof reads: the proof is valid while they are unchanged. Left out when nothing is proved. */
  readonly reads?: readonly string[]
  /** What became of earlier changes of the values, of each field newest first. */
  readonly followed?: readonly FollowedChange[]
  /** What workloads earned by them; left out where nothing can be earned. */
  readonly earned?: readonly Earned[]
  /** Figures of the recorded history under the current values and under the new ones. */
  readonly backtest?: PlanBacktest
  /** Replica bounds by hour of workloads behind an HPA. */
  readonly slots?: readonly WorkloadSlots[]
  /** How the changes of each source reach its cluster, for sources that Flux or Argo CD objects declare. */
  readonly rollouts?: readonly SourceRollout[]
  /** Rollouts that take their pod template from another object. */
  readonly references?: readonly WorkloadReference[]
  /** The sources of usage data, and the cost of reading them. */
  readonly usage?: readonly UsageReading[]
  /** Containers with OOM kills whose memory is not raised, and why. */
  readonly unanswered?: readonly UnansweredKills[]
  /** What could not be read of a cluster and so bounds no value, as sentences without a full stop. */
  readonly unbounded?: readonly { readonly cluster: string; readonly what: string }[]
  /** How much of each cluster the sources cover. */
  readonly coverage?: readonly Coverage[]
  /** Every declared workload with usage, with its figures; left out unless the request wants it. */
  readonly fleet?: readonly FleetWorkload[]
  /** Returns the owners of a path, by CODEOWNERS; left out unless the request wants the fleet. */
  readonly owners?: (path: string) => readonly string[]
  /** A sentence on whether the programs that rendered ran in a sandbox. */
  readonly sandbox?: string
  /** The charts and Git sources that were fetched, each with its version and why it was taken. */
  readonly fetched?: readonly string[]
}

/** The content of a report: the plan, and its delivery. */
export interface Outcome {
  readonly plan: Plan
  readonly delivery?: Delivery
  /** The pull requests that are open, or were closed lately; absent where changes do not become pull requests. */
  readonly pulls?: readonly TrackedPull[]
}

/** How many parts of a plan wait for a free slot among the open pull requests. */
export const queuedIn = (delivery: Outcome['delivery']): number =>
  delivery?.pulls?.filter(({ action }) => action === 'queued').length ?? 0

/** What is said of a cluster of which nothing but usage is known, where a request is raised. */
export const onlyUsageKnown =
  'only usage is known; its nodes, quotas, LimitRanges and autoscalers bound a value when `kubernetes:` is set for it'
