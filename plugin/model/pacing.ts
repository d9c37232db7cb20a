import type { RuleMatch } from './rule-match.ts'

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
