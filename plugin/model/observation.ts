import type { DailyUsage } from './daily.ts'
import type { UsageOrigin } from './reading.ts'
import type { DeclaredPolicy } from './scaling-policy.ts'
import type { Series } from './series.ts'
import type { Sketch } from './sketch.ts'
import type { Workload } from './workload.ts'

/**
 * What one resource of one container used over the window. `sketch`, `peak` and `samples` are over all pods;
 * the optional parts say when, and what they allow (weighing by age, a backtest, a simulated autoscaler) is left out without them.
 */
export interface ResourceUsage {
  /** Samples in millicores (CPU) or bytes (memory). */
  readonly sketch: Sketch
  /** The highest sample, exact, in the sketch's unit. */
  readonly peak: number
  readonly samples: number
  /** The same samples day by day; their sketches add up to `sketch`. */
  readonly daily?: DailyUsage
  /** The busiest pod of each slot, as levels of the sketch's scale. */
  readonly highest?: Series
  /** All pods of each slot together; left out where it is the same as `highest`. */
  readonly total?: Series
}

/** How much of one day's CFS periods a container was held back in. */
export interface DayThrottling {
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly periods: number
  readonly throttled: number
}

/** What one container of a workload used. */
export interface ContainerUsage {
  readonly container: string
  readonly cpu?: ResourceUsage
  readonly memory?: ResourceUsage
  /** How often a container of this name was killed for want of memory. */
  readonly oomKills: number
  /** When, in seconds since 1970, UTC, as far as it is known to a slot; may hold fewer than `oomKills`. */
  readonly oomTimes?: readonly number[]
  /** Share of CFS periods in which the container was held back, 0 to 1; absent without a CPU limit or the metric. */
  readonly throttledShare?: number
  readonly throttling?: readonly DayThrottling[]
}

/** How many pods ran, over the window. */
export interface ReplicaHistory {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Pods by slot, as counts; by hour and weekday through `highestByHourOfWeek`. Left out where the count never moved. */
  readonly series?: Series
}

/** What was seen for one workload over the window. */
export interface Observation {
  readonly cluster: string
  readonly workload: Workload
  /** What told of its usage; absent where nothing did. */
  readonly origin?: UsageOrigin
  /** Both ends in ISO 8601, UTC. */
  readonly window: { readonly from: string; readonly to: string }
  /** Days between the first and the last sample seen. */
  readonly days: number
  /** Share of the window's sample slots that hold at least one sample, 0 to 1. */
  readonly coverage: number
  readonly containers: readonly ContainerUsage[]
  readonly replicas?: ReplicaHistory
  /** Why the workload must be left alone now (crash loop, rollout under way, not ready). */
  readonly unhealthy?: string
  /** What `kind: Tortoise` objects in the cluster say of it. */
  readonly policies?: readonly DeclaredPolicy[]
}
