import type { Sketch } from './sketch.ts'
import type { Workload } from './workload.ts'

/** What one resource of one container used, over all its pods and the whole window. */
export interface ResourceUsage {
  /** Samples in millicores (CPU) or bytes (memory). */
  readonly sketch: Sketch
  /** The highest sample, exact, in the sketch's unit. */
  readonly peak: number
  readonly samples: number
}

/** What one container of a workload used. */
export interface ContainerUsage {
  readonly container: string
  readonly cpu?: ResourceUsage
  readonly memory?: ResourceUsage
  /** How often a container of this name was killed for want of memory. */
  readonly oomKills: number
  /** Share of CFS periods in which the container was held back, 0 to 1; absent without a CPU limit or the metric. */
  readonly throttledShare?: number
}

/** How many pods ran, over the window. */
export interface ReplicaHistory {
  readonly min: number
  readonly max: number
  readonly mean: number
}

/** What was seen for one workload over the window. */
export interface Observation {
  readonly cluster: string
  readonly workload: Workload
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
}
