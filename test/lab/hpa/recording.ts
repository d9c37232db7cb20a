import type { ScalingRules } from '../../../plugin/model/behavior.ts'

/** A target of autoscaling/v2 in percent of the request. */
interface Target {
  readonly type: 'Utilization'
  readonly averageUtilization: number
}

/** The parts of a HorizontalPodAutoscaler's spec that scenarios use. */
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

/** Pods with the same usage by container, in millicores and MiB; without usage when there is no measurement. */
export interface PodGroup {
  readonly pods: number
  readonly ready: boolean
  readonly usage?: Readonly<Record<string, { readonly cpu: number; readonly memory?: number }>>
}

/** One evaluation of the controller: what it found, and the replicas after it. */
export interface RecordedLook {
  /** Seconds since the first evaluation. */
  readonly at: number
  readonly replicas: number
  readonly groups: readonly PodGroup[]
  readonly desired: number
}

/** The recording of the real controller in one scenario. */
export interface Recording {
  readonly about: string
  /** Release of Kubernetes that was recorded. */
  readonly kubernetes: string
  readonly syncSeconds: number
  readonly downscaleStabilization: number
  /** Requests of each container, in millicores and MiB. */
  readonly containers: Readonly<Record<string, { readonly cpu: number; readonly memory?: number }>>
  /** As the API server returned it, with defaults. */
  readonly hpa: HpaSpec
  readonly readyAfterSeconds: number
  readonly looks: readonly RecordedLook[]
}
