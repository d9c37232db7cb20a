import type { Advice } from './advice.ts'
import type { Evidence } from './evidence.ts'
import type { RecommendOptions } from './recommend-options.ts'
import type { Valued } from './replay/pods.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

/** What an HPA scales by one CPU target. */
export interface ScaledPods {
  readonly members: readonly ContainerInput[]
  /** The present target, in percent of the request. */
  readonly utilization: number
  readonly subject: WorkloadInput
}

/** A named set of rules: one for each kind of value. All are pure. */
export interface Profile {
  /** Share of the time that CPU may lie above a request by its rules, 0 to 1: no reason to hold a request back. */
  readonly accepted: (options: RecommendOptions) => number
  /** The CPU request of a container that no HPA scales by CPU. */
  readonly cpuRequest: (container: ContainerInput, evidence: Evidence) => Advice
  /** The memory request of a container that no HPA scales by memory. */
  readonly memoryRequest: (container: ContainerInput, evidence: Evidence) => Advice
  /** CPU requests and the target of what an HPA scales. */
  readonly scaled: (pods: ScaledPods, evidence: Evidence) => JointAdvice
  /** Bounds of an HPA's replicas; no advice on them where left out. */
  readonly replicas?: (valued: Valued, evidence: Evidence) => ReplicaAdvice
  readonly limit: (
    container: ContainerInput,
    resource: 'cpu' | 'memory',
    change: { readonly request: RequestMove | undefined; readonly days: number; readonly evidence: Evidence },
  ) => Advice
  /** Days in which a target that was moved stays, whichever way it moved; none where left out. */
  readonly targetRest?: (options: RecommendOptions) => number
  readonly goMaxProcs: (container: ContainerInput, bounds: NewBounds) => Advice
  readonly goMemoryLimit: (container: ContainerInput, bounds: NewBounds, options: RecommendOptions) => Advice
}

/** Requests of the containers behind one CPU target, and the target itself: they move together or not at all. */
export interface JointAdvice {
  readonly requests: ReadonlyMap<string, Advice>
  readonly target: Advice
}

/** The request before and after, in the resource's unit. */
export interface RequestMove {
  readonly from: number
  readonly to: number
}

/** The bounds a container will have after the change, in millicores and bytes. */
export interface NewBounds {
  readonly cpuLimit?: number
  readonly cpuRequest?: number
  readonly memoryLimit?: number
  readonly memoryRequest?: number
}

/** The bounds of an HPA's replicas, as far as Git declares them. */
export interface ReplicaAdvice {
  readonly minimum?: Advice
  readonly maximum?: Advice
}
