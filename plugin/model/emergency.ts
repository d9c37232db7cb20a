import type { Workload } from './workload.ts'

/** A value that an emergency raised and that is not back yet, as commits name it. */
export interface ActiveEmergency {
  readonly cluster?: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name'>
  readonly container?: string
  readonly field: string
  readonly from: string
  readonly to: string
  /** When it reached the base branch, ISO 8601. */
  readonly at: string
  readonly commit: string
  /** When it ends by itself, ISO 8601. */
  readonly until: string
}

/** What the scopes of pull requests begin with that begin or end an emergency. */
export const emergencyScopes = { start: 'emergency', end: 'end of emergency' } as const
