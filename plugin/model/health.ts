import type { FieldAddress } from './field.ts'
import type { PastValue } from './past-edit.ts'

/** How changes are followed after they reach the base branch. */
export interface HealthOptions {
  /** Days after its rollout for which a change is followed. */
  readonly days: number
  /** Whether values that did harm are taken back. */
  readonly takeBack: boolean
  /** Days for which a value that was taken back is not lowered below the restored one. */
  readonly floorDays: number
}

/**
 * What became of a change. `open`: its days are not over. `held`: they are, and nothing got worse. `hurt`: something got worse that the
 * change can have caused. `waiting`: the pods do not have it yet. `unclear`: something got worse for many workloads at the same time, or
 * nothing is recorded of the days after it. `taken-back`: a later commit restored the value because it did harm. `replaced`: a
 * later commit changed the value before its days were over.
 */
export type HealthVerdict = 'open' | 'held' | 'hurt' | 'waiting' | 'unclear' | 'taken-back' | 'replaced'

/** Something that got worse after a change. */
export interface HealthSign {
  /** The code of the rule under which the value is taken back: `health.killed`. */
  readonly rule: string
  /** What got worse, with the figures before and after, as a clause: `3 OOM kills in 2 days (0 in the same hours before)`. */
  readonly text: string
}

/** A change that Tortoise made of a value, and what became of it. */
export interface ChangeHealth extends FieldAddress {
  readonly edit: PastValue
  readonly verdict: HealthVerdict
  /** What got worse; empty for any verdict but `hurt` and `unclear`. */
  readonly signs: readonly HealthSign[]
  /** Figures of the days that it was followed, as clauses; empty where nothing is recorded. */
  readonly figures: readonly string[]
}

/** A followed change with the source that declares its workload, for reports. */
export interface FollowedChange extends ChangeHealth {
  readonly source: string
  readonly cluster?: string
}
