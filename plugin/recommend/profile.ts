import type { Advice } from './advice.ts'
import type { NewBounds } from './profiles/steady/go-runtime.ts'
import type { JointAdvice } from './profiles/steady/horizontal.ts'
import type { RequestMove } from './profiles/steady/limits.ts'
import type { ReplicaAdvice } from './profiles/steady/replica-bounds.ts'
import type { Evidence } from './profiles/steady/step-limits.ts'
import type { SteadyOptions } from './recommend-options.ts'
import type { Valued } from './replay/pods.ts'
import type { SeenContainer, Subject } from './workload-input.ts'

/** What an HPA scales by one CPU target. */
export interface ScaledPods {
  readonly members: readonly SeenContainer[]
  /** The present target, in percent of the request. */
  readonly utilization: number
  readonly subject: Subject
}

/** A named set of rules: one for each kind of value. All are pure. */
export interface Profile {
  /** Share of the time that CPU may lie above a request by its rules, 0 to 1: no reason to hold a request back. */
  readonly accepted: (options: SteadyOptions) => number
  /** The CPU request of a container that no HPA scales by CPU. */
  readonly cpuRequest: (container: SeenContainer, evidence: Evidence) => Advice
  /** The memory request of a container that no HPA scales by memory. */
  readonly memoryRequest: (container: SeenContainer, evidence: Evidence) => Advice
  /** CPU requests and the target of what an HPA scales. */
  readonly scaled: (pods: ScaledPods, evidence: Evidence) => JointAdvice
  /** Bounds of an HPA's replicas; no advice on them where left out. */
  readonly replicas?: (valued: Valued, evidence: Evidence) => ReplicaAdvice
  readonly limit: (
    container: SeenContainer,
    resource: 'cpu' | 'memory',
    change: { readonly request: RequestMove | undefined; readonly days: number; readonly evidence: Evidence },
  ) => Advice
  /** Days in which a target that was moved stays, whichever way it moved; none where left out. */
  readonly targetRest?: (options: SteadyOptions) => number
  readonly goMaxProcs: (container: SeenContainer, bounds: NewBounds) => Advice
  readonly goMemoryLimit: (container: SeenContainer, bounds: NewBounds, options: SteadyOptions) => Advice
}
