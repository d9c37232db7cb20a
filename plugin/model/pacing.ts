import type { RuleMatch } from './rule-match.ts'
import type { Workload } from './workload.ts'

/** The order in which clusters or workloads change. */
export interface Waves {
  /** What each wave matches; what nothing matches changes last. */
  readonly order: readonly RuleMatch[]
  /** Days of usage that a workload needs that runs in no earlier wave. */
  readonly after: number
  /** Whether the clone ends before earlier changes: what held is not known then. */
  readonly isHistoryCut?: boolean
}

/** How much may move at once in each cluster. */
export interface Budget {
  /** Workloads with values that are proposed, or followed since they were merged. */
  readonly workloads?: number | undefined
  /** Share of the requested CPU that is lowered in a day, in percent. */
  readonly cpu?: number | undefined
  /** The same of memory. */
  readonly memory?: number | undefined
}

/** How the changes of a workload are delivered that earned it by changes that held. */
export type EarnedDelivery = 'auto-merge' | 'direct'

/** What a workload earned by its earlier changes. */
export interface Earned {
  readonly source: string
  readonly cluster?: string
  readonly workload: Workload
  /** Changes that held since the last one that did harm. */
  readonly held: number
  /** How its changes are delivered; absent where that is as settings say. */
  readonly delivery?: EarnedDelivery
  /** When the last change that did harm, or took it back, reached the base branch, ISO 8601. */
  readonly lostAt?: string
}
