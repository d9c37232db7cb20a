import type { FieldAddress } from './field.ts'
import type { PastValue } from './past-edit.ts'
import type { Reason } from './recommendation.ts'

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

/** The rules under which values are taken back; commits name them. */
export const healthRules = {
  killed: 'health.killed',
  down: 'health.down',
  restarted: 'health.restarted',
  evicted: 'health.evicted',
  throttled: 'health.throttled',
  short: 'health.short',
  maximum: 'health.maximum',
  signal: 'health.signal',
} as const

const takingBack: readonly string[] = Object.values(healthRules)

/** Whether an earlier change took a value back because it did harm. */
export const takesBack = ({ rules }: Pick<PastValue, 'rules'>): boolean =>
  rules.some((rule) => takingBack.includes(rule))

/** Whether a change takes a value back because it did harm. */
export const isTakenBack = ({ because }: { readonly because: readonly Reason[] }): boolean =>
  because.some(({ rule }) => takingBack.includes(rule))

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
  /** Days from its rollout to the end of the window; absent where that is not known, and for changes of HPAs. */
  readonly daysRolledOut?: number
}

/** A followed change with the source that declares its workload, for reports. */
export interface FollowedChange extends ChangeHealth {
  readonly source: string
  readonly cluster?: string
  /**
   * What a changed request adds to the cost of a month, and what it has added since, in the currency of the prices in settings;
   * negative where it saves. Absent for fields that cost nothing.
   */
  readonly cost?: { readonly aMonth: number; readonly soFar: number }
}
