import type { DeclaredWorkload } from '../model/declared.ts'
import type { DeclaredContainer } from '../model/declared-container.ts'
import type { ContainerUsage, Observation } from '../model/observation.ts'
import type { ScalingPolicy } from '../model/scaling-policy.ts'
import type { Surroundings } from '../model/surroundings.ts'
import type { Replay } from './replay/replay.ts'

/** The scaling policy of one resource of a container, with bounds of its request in millicores or bytes. */
export interface ResourcePolicy {
  readonly policy: ScalingPolicy
  /** What set it, for people: `settings`, `Tortoise/web`, an annotation; empty when nothing did. */
  readonly said: string
  readonly minimum?: number
  readonly maximum?: number
}

/** Bounds of one request or limit, in millicores or bytes, each with what sets it. */
export interface ValueBounds {
  readonly minimum?: { readonly value: number; readonly said: string }
  readonly maximum?: { readonly value: number; readonly said: string }
}

/** The bounds of the request and the limit of a resource of a container. */
export interface ContainerBounds {
  readonly request: ValueBounds
  readonly limit: ValueBounds
  /** Largest limit as a multiple of the request. */
  readonly ratio?: { readonly value: number; readonly said: string }
  /** What the largest node has for the container; nothing is raised above it. */
  readonly room?: { readonly value: number; readonly said: string }
}

/** One workload to decide on: its declared values, its usage data, and its scaling policies. */
export interface WorkloadInput {
  readonly declared: DeclaredWorkload
  readonly observation?: Observation
  /** Replays `observation` with a cache, so that the same simulation runs once. */
  readonly replay?: Replay
  /** Whether anything of the cluster was recorded at a time (seconds since 1970). Left out: not known. */
  readonly wasRecorded?: ((time: number) => boolean) | undefined
  /** What else bounds or writes its values; nothing when left out. */
  readonly surroundings?: Surroundings
  /** Bounds of the values of a container; none when left out. */
  readonly bounds?: (container: string, resource: 'cpu' | 'memory') => ContainerBounds
  /** Policy of a resource of a container; `On` when none is set. */
  readonly policy: (container: string, resource: 'cpu' | 'memory') => ResourcePolicy
}

/** A container with its declared values and its usage. */
export interface ContainerInput {
  readonly declared: DeclaredContainer
  readonly usage: ContainerUsage
}
