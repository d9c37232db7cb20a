import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import type { HealthOptions } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import type { PastValue } from '../model/past-edit.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { withEmergencies } from './emergency.ts'
import { followChanges } from './health/follow.ts'
import { afterHealth } from './health/take-back.ts'
import { type AnsweredKills, answeredKills, withKills } from './kills.ts'
import { keepAfterTwoRaises } from './repeated-kills.ts'
import { isRestored, keepNotFitting, restoreStuck } from './stuck-rollout.ts'

/** A workload with the changes that Tortoise made of it before. */
interface ChangedWorkload {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  /** All workloads that are observed. */
  readonly all: readonly Observation[]
  /** What the rules of the profile say, before anything was kept. */
  readonly decided: readonly Recommendation[]
  readonly kills: AnsweredKills
  readonly health: HealthOptions | undefined
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
}

/** Recommendations after what became of earlier changes: raises that did not help or fit, emergencies, and values that did harm. */
export function afterPastChanges(
  recommendations: readonly Recommendation[],
  { declared, observation, all, decided, kills, health, pastValues }: ChangedWorkload,
): readonly Recommendation[] {
  const tried = keepAfterTwoRaises(keepNotFitting(recommendations, pastValues), pastValues)
  const fitting = restoreStuck(tried, { declared, observation, pastValues })
  const calm = withEmergencies(fitting, { declared, pastValues })
  if (health === undefined) return withKills(calm, kills, observation.window)
  const followed = followChanges(decided, { declared, observation, pastValues, all, options: health })
  const healthy = afterHealth(calm, followed, {
    declared,
    health,
    pastValues,
    // A rollout that is stuck never brings its change into the cluster.
    isAnswer: (change) => kills.has(change.together) || isRestored(change),
  })
  return withKills(healthy, answeredKills(healthy, observation), observation.window)
}
