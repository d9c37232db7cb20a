import type { RuleMatch } from './rule-match.ts'

/** A planned event that is not over. */
export interface PlannedEvent {
  readonly name: string
  readonly match: RuleMatch
  /** ISO 8601. */
  readonly to: string
  readonly minReplicas: number
  /** Whether it is on, or begins within its lead. */
  readonly isOn: boolean
}
