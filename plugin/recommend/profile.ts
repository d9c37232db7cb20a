import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { ReplicaSlot } from '../model/replica-slots.ts'
import type { Advice } from './advice.ts'
import type { Evidence } from './evidence.ts'
import type { RecommendOptions } from './recommend-options.ts'
import type { ReplayInput } from './replay/pods.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

/** A set of rules, one function for each kind of value. All functions are pure. Requests are in millicores and bytes. */
export interface Profile {
  /** Share of the time, 0 to 1, that CPU may be above its request: the safety gate accepts a decrease up to this share. */
  readonly acceptedTimeAbove: (options: RecommendOptions) => number
  /** CPU request of a container that no HPA scales by CPU. */
  readonly cpuRequest: (container: ContainerInput, evidence: Evidence) => Advice
  /** Memory request of a container that no HPA scales by memory. */
  readonly memoryRequest: (container: ContainerInput, evidence: Evidence) => Advice
  /** CPU requests and CPU target of the containers that an HPA scales. */
  readonly scaledCpu: (pods: ScaledPods, evidence: Evidence) => JointAdvice
  /** Minimum and maximum of an HPA. Left out when the profile does not change them. */
  readonly replicas?: (input: ReplayInput, evidence: Evidence) => ReplicaAdvice
  /** Replica bounds by hour. Left out: those of `replica-slots.ts`. */
  readonly replicaSlots?: (
    declared: DeclaredWorkload,
    observation: Observation,
    options: RecommendOptions,
  ) => readonly ReplicaSlot[]
  /** Limit of a resource. `request` is its request before and after, `days` the days of history. */
  readonly limit: (
    container: ContainerInput,
    resource: 'cpu' | 'memory',
    change: { readonly request: RequestMove | undefined; readonly days: number; readonly evidence: Evidence },
  ) => Advice
  /** Days during which a target is not changed again, in either direction. Left out: none. */
  readonly targetRestDays?: (options: RecommendOptions) => number
  readonly goMaxProcs: (container: ContainerInput, bounds: NewBounds) => Advice
  readonly goMemoryLimit: (container: ContainerInput, bounds: NewBounds, options: RecommendOptions) => Advice
}

/** The containers that an HPA scales by one CPU target. */
export interface ScaledPods {
  readonly members: readonly ContainerInput[]
  /** Current target, in percent of the request. */
  readonly utilization: number
  readonly subject: WorkloadInput
}

/** Advice for the CPU requests behind one CPU target, by container, and for the target. All of it changes, or none. */
export interface JointAdvice {
  readonly requests: ReadonlyMap<string, Advice>
  readonly target: Advice
}

/** A request before and after, in millicores or bytes. */
export interface RequestMove {
  readonly from: number
  readonly to: number
}

/** Requests and limits of a container after the change, in millicores and bytes. */
export interface NewBounds {
  readonly cpuLimit?: number
  readonly cpuRequest?: number
  readonly memoryLimit?: number
  readonly memoryRequest?: number
}

/** Advice for the minimum and maximum of an HPA, each only where Git declares it. */
export interface ReplicaAdvice {
  readonly minimum?: Advice
  readonly maximum?: Advice
}
