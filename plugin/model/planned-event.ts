import type { RuleMatch } from './rule-match.ts'

/** A planned event that is on, or about to begin. */
export interface PlannedEvent {
  readonly name: string
  readonly match: RuleMatch
  /** ISO 8601. */
  readonly to: string
  readonly minReplicas: number
}
