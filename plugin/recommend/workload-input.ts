import type { DeclaredContainer, DeclaredWorkload } from '../model/declared.ts'
import type { ContainerUsage, Observation } from '../model/observation.ts'
import type { ScalingPolicy } from '../model/scaling-policy.ts'
import type { Replay } from './replay/replay.ts'

/** The policy of a resource of a container, its bounds, and who said so. */
export interface ResourcePolicy {
  readonly policy: ScalingPolicy
  readonly said: string
  readonly minimum?: number
  readonly maximum?: number
}

/** One workload to decide on: what Git declares, what was seen, and what its owners allow. */
export interface WorkloadInput {
  readonly declared: DeclaredWorkload
  readonly observation?: Observation
  /** Replays what was seen; what ran before need not run again. */
  readonly replay?: Replay
  /** Policy of a resource of a container; `On` when nothing is said. */
  readonly policy: (container: string, resource: 'cpu' | 'memory') => ResourcePolicy
}

/** A container with what it used. */
export interface ContainerInput {
  readonly declared: DeclaredContainer
  readonly usage: ContainerUsage
}
