import type { LiveDeclaration } from '../../model/live-declaration.ts'
import type { Requested } from '../../model/observation.ts'
import type { DeclaredPolicy } from '../../model/scaling-policy.ts'
import type { NodeSize, VerticalPolicy } from '../../model/surroundings.ts'
import type { Workload } from '../../model/workload.ts'
import type { Owner } from '../owners.ts'
import type { UnreadKind } from './lister.ts'
import type { RolloutSource } from './rollout-objects.ts'

/** One metric of an autoscaler with its target, as written in the object (`80` percent, `100m`). */
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
  /** Why it scales nothing, as a clause: it has no metrics. */
  readonly inactive?: string
}

/** A VerticalPodAutoscaler with its recommendation: quantities by container and resource. */
export interface LiveVertical {
  readonly name: string
  /** `Off`, `Initial`, `Recreate`, `Auto` …; any mode but `Off` changes pods without Git. */
  readonly mode: string
  readonly target: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The recommendation without the bounds of its policy. */
  readonly uncapped: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What it may do to each container. */
  readonly policies?: readonly VerticalPolicy[]
  /** Time of its first recommendation, ISO 8601 in UTC. */
  readonly since?: string
}

/** An object of Mercari's Tortoise, with its scaling policies. */
export interface LiveTortoise {
  readonly name: string
  readonly policies: readonly DeclaredPolicy[]
}

/** An OOM kill in the status of a pod. */
export interface LiveKill {
  readonly container: string
  /** Seconds since 1970, UTC. */
  readonly time: number
}

/** The live state of a workload. Counts are numbers of pods; a CronJob has none. */
export interface LiveWorkload {
  readonly workload: Workload
  readonly replicas?: number
  readonly ready?: number
  readonly updated?: number
  readonly autoscaler?: LiveAutoscaler
  readonly vertical?: LiveVertical
  /** The object of Mercari's Tortoise that changes the same values. */
  readonly tortoise?: LiveTortoise
  /** Disruptions that PodDisruptionBudgets allow now. */
  readonly disruptionsAllowed?: number
  /** PodDisruptionBudgets that keep a number or share of its pods available. */
  readonly budgets?: readonly { readonly name: string; readonly minAvailable: string }[]
  /** The largest nodes on which its pods may run; left out when nodes are not known. */
  readonly nodes?: readonly NodeSize[]
  readonly kills?: readonly LiveKill[]
  /** What its pods request in all. */
  readonly requested?: Requested
  /** The object that rolls it out. */
  readonly source?: RolloutSource
  /** Why the workload is skipped now. */
  readonly unhealthy?: string
}

/** The LimitRange or ResourceQuota of a namespace: quantities by name, as written in the object. */
export interface NamespaceBounds {
  readonly namespace: string
  readonly kind: 'LimitRange' | 'ResourceQuota'
  readonly name: string
  /** `Container.max.memory` or `hard.requests.cpu`, with its quantity. */
  readonly bounds: Readonly<Record<string, string>>
  readonly used?: Readonly<Record<string, string>>
}

/** The live state of a cluster. */
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
  /** The Applications and HelmReleases that roll out to it, and other Applications of its Argo CD, without a cluster. */
  readonly declarations: readonly LiveDeclaration[]
  readonly unread: readonly UnreadKind[]
}
