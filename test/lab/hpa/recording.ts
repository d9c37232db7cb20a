import type { ScalingRules } from '../../../plugin/model/behavior.ts'

/** A target of autoscaling/v2 in percent of the request. */
interface Target {
  readonly type: 'Utilization'
  readonly averageUtilization: number
}

/** The parts of a HorizontalPodAutoscaler's spec that scenarios use, in its own words. */
export interface HpaSpec {
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly metrics: readonly (
    | {
        readonly type: 'Resource'
        readonly resource: { readonly name: 'cpu' | 'memory'; readonly target: Target }
      }
    | {
        readonly type: 'ContainerResource'
        readonly containerResource: {
          readonly name: 'cpu' | 'memory'
          readonly container: string
          readonly target: Target
        }
      }
  )[]
  readonly behavior?: {
    readonly scaleUp?: Partial<ScalingRules>
    readonly scaleDown?: Partial<ScalingRules>
  }
}

/** Pods that are alike: usage by container, in millicores and MiB; none where nothing was measured. */
export interface PodGroup {
  readonly pods: number
  readonly ready: boolean
  readonly usage?: Readonly<Record<string, { readonly cpu: number; readonly memory?: number }>>
}

/** One look of the controller: what it found, and the replicas afterwards. */
export interface RecordedLook {
  /** Seconds since the first look. */
  readonly at: number
  readonly replicas: number
  readonly groups: readonly PodGroup[]
  readonly desired: number
}

/** What the real controller did in one scenario. */
export interface Recording {
  readonly about: string
  /** Release of Kubernetes that was recorded. */
  readonly kubernetes: string
  readonly syncSeconds: number
  readonly downscaleStabilization: number
  /** Requests of each container, in millicores and MiB. */
  readonly containers: Readonly<Record<string, { readonly cpu: number; readonly memory?: number }>>
  /** As the API server gave it back, with its defaults. */
  readonly hpa: HpaSpec
  readonly readyAfterSeconds: number
  readonly looks: readonly RecordedLook[]
}
