import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import type { Observation } from '../model/observation.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { seriesEnd } from '../model/series.ts'
import { workloadKey } from '../model/workload.ts'
import { answeredKills, answersNewerKill, withKills } from './answered-kills.ts'
import { atMaximumText, hitsMaximum } from './at-maximum.ts'
import { decideWorkload } from './decide.ts'
import { type PolicyRule, policyOf } from './policy.ts'
import { type ProfileName, profiles } from './profiles/profiles.ts'
import type { RecommendOptions } from './recommend-options.ts'
import { replayOf } from './replay/replay.ts'
import { safetyGate } from './safety-gate.ts'
import type { WorkloadInput } from './workload-input.ts'

/** How to decide. */
export interface RecommendSettings {
  /** The set of rules; `steady` when left out. */
  readonly profile?: ProfileName
  readonly options: RecommendOptions
  readonly rules: readonly PolicyRule[]
  /** Holds back what the recorded history shows to be less safe than today's values; a proposal always is guarded. */
  readonly guarded?: boolean
  /** How many days before a time (ISO 8601) a value was last changed by us; `undefined` when it was not, lately. */
  readonly lastChange: (
    address: FieldAddress & { readonly cluster?: string },
    time: string,
  ) => number | undefined
}

/** The workloads that one source declares for one cluster. */
export interface DeclaredSource {
  readonly cluster?: string | undefined
  readonly workloads: readonly DeclaredWorkload[]
}

/** Decides every field of every workload of a source. Pure: the same input gives the same answer. */
export function recommend(
  { cluster, workloads }: DeclaredSource,
  observations: readonly Observation[],
  { profile: name = 'steady', options, rules, guarded = false, lastChange }: RecommendSettings,
): readonly Recommendation[] {
  const seen = new Map(
    observations
      .filter((observation) => cluster === undefined || observation.cluster === cluster)
      .map((observation) => [workloadKey(observation.workload), observation]),
  )
  const profile = profiles[name]
  return workloads.flatMap((declared) => {
    const observation = seen.get(workloadKey(declared.workload))
    const policy = policyOf(rules, { cluster, declared, seen: observation?.policies })
    if (observation === undefined) return decideWorkload({ declared, policy }, profile, options)
    const replay = replayOf(observation)
    const decided = decideWorkload({ declared, policy, observation, replay }, profile, options)
    const kills = answeredKills(decided, observation)
    const fresh = (one: Change): boolean => {
      const days = lastChange(
        { ...one, ...(cluster === undefined ? {} : { cluster }) },
        observation.window.to,
      )
      if (days === undefined) return false
      if (answersKill(one)) return !killedSince(observation, one, days)
      if (answersNewerKill(one, days, kills)) return false
      const own = one.field.startsWith('hpa.target.') ? (profile.targetRest?.(options) ?? 0) : 0
      return days < (one.to < one.from || answersThrottling(one) ? Math.max(options.restDays, own) : own)
    }
    const advised = holdFresh(holdAtMaximum(decided, { declared, observation }), fresh)
    const accepted = profile.accepted(options)
    const safe = guarded ? safetyGate(advised, { declared, observation, replay, accepted }) : advised
    return withKills(safe, kills, observation.window)
  })
}

/** True when a container was killed after its value was last changed, `days` before the end of the window. */
function killedSince(observation: Observation, { container }: Change, days: number): boolean {
  const usage = observation.containers.find((one) => one.container === container)
  const [last, series] = [usage?.oomTimes?.at(-1), usage?.memory?.highest]
  if (last === undefined || series === undefined) return days >= observation.days
  return last > seriesEnd(series) - days * 86_400
}

/** What held a container back stays in the window after its limit was raised for it, too. */
const answersThrottling = ({ because }: Change): boolean =>
  because.some(({ rule }) => rule === 'limit.throttled')

/** An OOM kill stays in the window after it was answered; it must not be answered twice. */
const answersKill = ({ because }: Change): boolean => because.some(({ rule }) => rule === 'memory.oom')

/** At its maximum an HPA could not add pods, and less was seen than was asked for: nothing there is made tighter. */
function holdAtMaximum(
  recommendations: readonly Recommendation[],
  {
    declared: { autoscaler },
    observation,
  }: Pick<WorkloadInput, 'declared'> & { readonly observation: Observation },
): readonly Recommendation[] {
  if (!hitsMaximum(autoscaler, observation)) return recommendations
  const isTighter = ({ field, from, to }: Change): boolean =>
    field.startsWith('hpa.target') ? to > from : to < from
  const text = `${atMaximumText(autoscaler, observation)}: nothing is made tighter`
  return hold(recommendations, isTighter, { rule: 'hpa.maximum-hit', text })
}

/** Keeps the values of some changes, with all that must move together with them. */
function hold(
  recommendations: readonly Recommendation[],
  isHeld: (one: Change) => boolean,
  because: Reason,
): readonly Recommendation[] {
  const changes = recommendations.filter((one): one is Change => one.verdict === 'change')
  const held = new Set(changes.filter(isHeld).map(({ together }) => together))
  return recommendations.map((one) => {
    if (one.verdict !== 'change' || !held.has(one.together)) return one
    const { to: _to, together: _together, ...rest } = one
    return { ...rest, verdict: 'keep', because: [...one.because, because] }
  })
}

/**
 * A value that was lowered lately is not lowered again before its last step has been seen at work: most of the window is
 * still from before. What must move together with it waits too; other raises wait only where a profile says so.
 */
function holdFresh(
  recommendations: readonly Recommendation[],
  fresh: (one: Change) => boolean,
): readonly Recommendation[] {
  const text = 'changed lately; the next step waits until the last one has been seen at work'
  return hold(recommendations, fresh, { rule: 'pace.wait', text })
}
