import type { OutcomeFigures } from './backtest.ts'
import type { DeclaredAutoscaler } from './declared.ts'
import type { ContainerField } from './field.ts'
import type { Observation } from './observation.ts'
import type { Workload } from './workload.ts'

/** Mean amounts of one resource over all pods of a workload: cores, or GiB. `requested` + `short` = `used` + `unused`. */
export interface ResourceBalance {
  readonly requested: number
  readonly used: number
  /** Requested and not used. */
  readonly unused: number
  /** Used above requests. */
  readonly short: number
}

/** Figures of one set of values on the recorded history of a workload. */
export interface FleetFigures extends OutcomeFigures {
  readonly cpu: ResourceBalance
  readonly memory: ResourceBalance
}

/** A container with its values as Git declares them. */
export interface FleetContainer {
  readonly name: string
  readonly values: Readonly<Partial<Record<ContainerField, string>>>
}

/** A declared workload with usage: its values, its usage, and the figures of current and proposed values. */
export interface FleetWorkload {
  readonly source: string
  readonly cluster?: string
  /** The directory or file of the source. */
  readonly path: string
  readonly workload: Workload
  readonly containers: readonly FleetContainer[]
  readonly autoscaler?: DeclaredAutoscaler
  readonly observation: Observation
  readonly current: FleetFigures
  /** Left out where nothing is proposed. */
  readonly proposed?: FleetFigures
}
