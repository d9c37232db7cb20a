import type { CpuShape, MemoryShape } from './shapes.ts'

/** CPU in millicores, memory in MiB; absent when the manifest does not set them. */
interface Sizes {
  readonly cpu?: number
  readonly memory?: number
}

/** One container: what its manifest declares and how it behaves. */
export interface FleetContainer {
  readonly name: string
  readonly image: string
  readonly requests: Sizes
  readonly limits: Sizes
  /** `level` in millicores: of one pod, or of the whole workload in a container that the autoscaler watches. */
  readonly cpu: { readonly level: number; readonly shape: CpuShape; readonly startup?: number }
  /** `level` in MiB, of one pod. */
  readonly memory: { readonly level: number; readonly shape: MemoryShape }
  /** Chance that the evening of a day drives a pod to its memory limit. */
  readonly eveningKills?: number
  /** Share of throttled CFS periods if the container used its whole CPU limit. */
  readonly throttle?: number
}

/** A fixed number of pods, or an autoscaler that keeps `container` at `target` percent of its CPU request. */
type Replicas =
  | { readonly kind: 'fixed'; readonly count: number }
  | {
      readonly kind: 'autoscaled'
      readonly min: number
      readonly max: number
      readonly target: number
      readonly container: string
    }

/** One controller of a cluster. */
export interface FleetWorkload {
  readonly cluster: 'prod' | 'staging'
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly name: string
  readonly replicas: Replicas
  readonly containers: readonly FleetContainer[]
  /** Days before the window's end at which it was first deployed; absent when it is older than the window. */
  readonly bornDaysAgo?: number
  /** Hours before the window's end since when every container fails at start. */
  readonly crashingForHours?: number
}

/** The namespace of all of them. */
export const fleetNamespace = 'shop'

/** The one container of the chart that no values file can size. */
export const metricsSidecar: FleetContainer = {
  name: 'metrics',
  image: 'shop/statsd-bridge:0.4.1',
  requests: { cpu: 100, memory: 128 },
  limits: { memory: 128 },
  cpu: { level: 3, shape: () => 1 },
  memory: { level: 22, shape: () => 1 },
}
