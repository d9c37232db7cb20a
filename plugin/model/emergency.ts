import type { Workload } from './workload.ts'

/** A value that an emergency raised and that is not back yet, or that waits to be raised, as commits name it. */
export interface ActiveEmergency {
  /** `waiting`: its commit is on a branch that is not merged; `ending`: it goes down, from `to` to `from`. */
  readonly state: 'on' | 'ending' | 'waiting'
  /** The branch that is not merged. */
  readonly branch?: string
  readonly cluster?: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name'>
  readonly container?: string
  readonly field: string
  readonly from: string
  readonly to: string
  /** When it reached the base branch, or the branch that is not merged, ISO 8601. */
  readonly at: string
  readonly commit: string
  /** When it ends by itself, ISO 8601. */
  readonly until: string
}

/** What the scopes of pull requests begin with that begin or end an emergency. */
export const emergencyScopes = { start: 'emergency', end: 'end of emergency' } as const

/** What the branches of emergencies are named after in mode `commit`, where each has one of its own. */
export const emergencyBranch = 'tortoise/emergency'
