import type { RuleMatch } from './rule-match.ts'

/** A planned event that is not over. */
export interface PlannedEvent {
  readonly name: string
  readonly match: RuleMatch
  /** ISO 8601. */
  readonly to: string
  /** Infinite for as many pods as the HPA may have. */
  readonly minReplicas?: number
  /** Least requests in millicores and bytes, by the name of the container. */
  readonly minRequests?: Readonly<Record<string, { readonly cpu?: number; readonly memory?: number }>>
  /** Whether it is on, or begins within its lead. */
  readonly isOn: boolean
}
