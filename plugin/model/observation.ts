import type { DailyUsage } from './daily.ts'
import type { PodEvent, PodStart } from './pod-events.ts'
import type { UsageOrigin } from './reading.ts'
import type { DeclaredPolicy } from './scaling-policy.ts'
import type { Series } from './series.ts'
import type { SignalSamples } from './signal.ts'
import type { Sketch } from './sketch.ts'
import type { Surroundings } from './surroundings.ts'
import type { Workload } from './workload.ts'

/**
 * Usage of one resource of one container over the window. `sketch`, `peak` and `samples` cover all pods. The optional parts
 * add times: weighting by age, backtests and simulated autoscalers need them.
 */
export interface ResourceUsage {
  /** Samples in millicores (CPU) or bytes (memory). */
  readonly sketch: Sketch
  /** The highest sample, exact, in the sketch's unit. */
  readonly peak: number
  readonly samples: number
  /** The same samples by day; their sketches add up to `sketch`. */
  readonly daily?: DailyUsage
  /** The busiest pod of each slot, as levels of the sketch's scale. */
  readonly highest?: Series
  /** The sum of all pods of each slot; left out when it equals `highest`. */
  readonly total?: Series
}

/** CFS periods of one day, and those in which the container was throttled. */
export interface DayThrottling {
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly periods: number
  readonly throttled: number
}

/** The container of usage that is recorded for whole pods. It is no name of a container: those have no brackets. */
export const wholePod = '(pod)'

/** Usage of one container of a workload. */
export interface ContainerUsage {
  readonly container: string
  readonly cpu?: ResourceUsage
  readonly memory?: ResourceUsage
  /** OOM kills of containers with this name. */
  readonly oomKills: number
  /** Times of OOM kills in seconds since 1970, UTC, precise to a slot. Kills without a known time are left out. */
  readonly oomTimes?: readonly number[]
  /** Share of throttled CFS periods, 0 to 1; left out without a CPU limit or the metric. */
  readonly throttledShare?: number
  readonly throttling?: readonly DayThrottling[]
}

/** The number of pods over the window. */
export interface ReplicaHistory {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Number of pods by slot; `highestByHourOfWeek` groups it by hour. Left out when the number never changed. */
  readonly series?: Series
}

/** Requests of the running pods of a workload in all: millicores and bytes. */
export interface Requested {
  readonly cpu: number
  readonly memory: number
}

/** Usage data of one workload over the window. */
export interface Observation {
  readonly cluster: string
  readonly workload: Workload
  /** The source of the usage data; left out when there is none. */
  readonly origin?: UsageOrigin
  /** Both ends in ISO 8601, UTC. */
  readonly window: { readonly from: string; readonly to: string }
  /** Days between the first and the last sample. */
  readonly days: number
  /** Share of the window's sample slots that hold at least one sample, 0 to 1. */
  readonly coverage: number
  readonly containers: readonly ContainerUsage[]
  readonly replicas?: ReplicaHistory
  /** Why the workload is skipped now (crash loop, rollout in progress, pods not ready). */
  readonly unhealthy?: string
  /** What bounds or writes its values in the cluster. */
  readonly surroundings?: Surroundings
  /** What its pods request in all. */
  readonly requested?: Requested
  /** The object that rolls it out: `HelmRelease shop/web`. */
  readonly rolledOutBy?: string
  /** Scaling policies of `kind: Tortoise` objects in the cluster. */
  readonly policies?: readonly DeclaredPolicy[]
  /** What its owners measure of it; read only for workloads that change. No snapshot holds it. */
  readonly signals?: readonly SignalSamples[]
  /** When its pods were created lately; read only for workloads that changed lately. No snapshot holds it. */
  readonly podStarts?: readonly PodStart[]
  /** What happened to its pods lately; read with `podStarts`. */
  readonly podEvents?: readonly PodEvent[]
}
