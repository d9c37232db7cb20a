import type { DeclaredPolicy } from '../../model/scaling-policy.ts'
import type { Workload } from '../../model/workload.ts'
import type { Owner } from '../owners.ts'
import type { Unread } from './lister.ts'
import type { RolloutSource } from './rollout-source.ts'

/** One metric of an autoscaler: what is watched and the value it is held at, as the object writes it (`80` percent, `100m`). */
export interface LiveMetric {
  readonly type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External' | 'Trigger'
  readonly name: string
  readonly container?: string
  readonly target: {
    readonly kind: 'Utilization' | 'AverageValue' | 'Value' | 'unknown'
    readonly value: string
  }
}

/** A HorizontalPodAutoscaler, or a ScaledObject of KEDA, that scales a workload. */
export interface LiveAutoscaler {
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject'
  readonly name: string
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly metrics: readonly LiveMetric[]
}

/** What a VerticalPodAutoscaler recommends for one container, in quantities. */
export interface LiveVertical {
  readonly name: string
  /** `Off`, `Initial`, `Recreate`, `Auto` …; not `Off` changes pods behind Git's back. */
  readonly mode: string
  readonly target: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The same without the bounds of its policy. */
  readonly uncapped: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Since when it recommends, ISO 8601 in UTC. */
  readonly since?: string
}

/** A Tortoise of Mercari, and what it says of scaling. */
export interface LiveTortoise {
  readonly name: string
  readonly policies: readonly DeclaredPolicy[]
}

/** A container that was killed for want of memory, as its pod still tells. */
export interface LiveKill {
  readonly container: string
  /** Seconds since 1970, UTC. */
  readonly time: number
}

/** A workload as it stands in the cluster now. Counts are of pods; a CronJob has none. */
export interface LiveWorkload {
  readonly workload: Workload
  readonly replicas?: number
  readonly ready?: number
  readonly updated?: number
  readonly autoscaler?: LiveAutoscaler
  readonly vertical?: LiveVertical
  /** The Tortoise of Mercari that moves the same values. */
  readonly tortoise?: LiveTortoise
  /** Pods that a PodDisruptionBudget allows to be away now. */
  readonly disruptionsAllowed?: number
  readonly kills?: readonly LiveKill[]
  /** What rolls it out. */
  readonly source?: RolloutSource
  /** Why the workload must be left alone now. */
  readonly unhealthy?: string
}

/** Bounds that a namespace puts on what is in it: quantities by name, as the objects write them. */
export interface NamespaceBounds {
  readonly namespace: string
  readonly kind: 'LimitRange' | 'ResourceQuota'
  readonly name: string
  /** `Container.max.memory` or `hard.requests.cpu`, with its quantity. */
  readonly bounds: Readonly<Record<string, string>>
  readonly used?: Readonly<Record<string, string>>
}

/** What a cluster holds now. */
export interface LiveCluster {
  readonly cluster: string
  readonly version?: string
  readonly workloads: readonly LiveWorkload[]
  /** Controllers of ReplicaSets, by `namespace/name`. */
  readonly replicaSets: ReadonlyMap<string, Owner>
  /** Controllers of Jobs, by `namespace/name`. */
  readonly jobs: ReadonlyMap<string, Owner>
  /** Controllers of pods, by `namespace/name`. */
  readonly pods: ReadonlyMap<string, Owner>
  readonly bounds: readonly NamespaceBounds[]
  readonly unread: readonly Unread[]
}
