import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import type { Budget, Waves } from '../model/pacing.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import type { SourceChange } from './apply-decisions.ts'
import { holdForBudget } from './budget.ts'
import type { DeclaredIn } from './declared-source.ts'
import type { Held } from './hold-groups.ts'
import { holdForWaves } from './waves.ts'

/** What waves and budgets are judged by. */
interface PaceInput {
  readonly waves?: Waves
  readonly budget?: Budget
  readonly declared: readonly DeclaredIn[]
  readonly recommendations: readonly SourceRecommendation[]
  readonly followed: readonly FollowedChange[]
  readonly observations: readonly Observation[]
}

/** Holds the changes that wait for an earlier wave, or for a budget. */
export function pace(changes: readonly SourceChange[], { waves, budget, ...known }: PaceInput): Held {
  const inOrder = waves === undefined ? { changes, skipped: [] } : holdForWaves(changes, { ...known, waves })
  if (budget === undefined) return inOrder
  const within = holdForBudget(inOrder.changes, { ...known, budget })
  return { changes: within.changes, skipped: [...inOrder.skipped, ...within.skipped] }
}
