import { type FieldAddress, fieldKey } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { Waves } from '../model/pacing.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import { matchesRule } from '../model/rule-match.ts'
import { workloadKey } from '../model/workload.ts'
import type { SourceChange } from './apply-decisions.ts'
import { type Held, holdGroups } from './hold-groups.ts'
import { isUrgent } from './urgent.ts'

/** What waves are judged by: all recommendations, and what became of earlier changes. */
interface WaveInput {
  readonly waves: Waves
  readonly recommendations: readonly SourceRecommendation[]
  readonly followed: readonly FollowedChange[]
  readonly observations: readonly Observation[]
}

type InCluster = FieldAddress & { readonly cluster?: string | undefined }

/** The number of the wave of a workload; the last one for what nothing matches. */
const waveOf = ({ cluster, workload }: Pick<InCluster, 'cluster' | 'workload'>, { order }: Waves): number => {
  const found = order.findIndex((match) => matchesRule(match, { cluster, workload }))
  return found < 0 ? order.length : found
}

const whereOf = ({ cluster }: Pick<InCluster, 'cluster'>): string => cluster ?? 'the earlier wave'

/**
 * Holds changes until the same value of the same workload held in the wave before: it is as recommended there, and the last
 * change of it did not harm in its days. A change that takes back, or answers an OOM kill, waits for nothing.
 */
export function holdForWaves(changes: readonly SourceChange[], input: WaveInput): Held {
  const { waves, recommendations, followed } = input
  if (waves.order.length === 0) return { changes, skipped: [] }
  const known = groupBy(recommendations, fieldKey)
  const past = groupBy(followed, fieldKey)
  return holdGroups(changes, (change) => {
    const own = waveOf(change, waves)
    if (own === 0 || isUrgent(change)) return undefined
    if (waves.isHistoryCut)
      return 'waits, because this clone does not have the commits that say what held in the wave before (fetch-depth)'
    const earlier = (known.get(fieldKey(change)) ?? []).filter((one) => waveOf(one, waves) < own)
    const nearest = earlier.reduce((high, one) => Math.max(high, waveOf(one, waves)), -1)
    if (nearest < 0) return tooNew(change, input)
    const before = earlier.filter((one) => waveOf(one, waves) === nearest)
    return before
      .map((one) => waitsFor(one, newestOf(past.get(fieldKey(change)) ?? [], one)))
      .find((reason) => reason !== undefined)
  })
}

/** The last change of a value in the place of a recommendation. */
const newestOf = (
  followed: readonly FollowedChange[],
  { source, cluster }: SourceRecommendation,
): FollowedChange | undefined => followed.find((one) => one.source === source && one.cluster === cluster)

/** Why a value of an earlier wave has not held yet; `undefined` when it has. */
function waitsFor(one: SourceRecommendation, last: FollowedChange | undefined): string | undefined {
  const where = whereOf(one)
  if (one.verdict === 'change') return `waits until this value changed in ${where} and held there`
  if (one.verdict === 'unsure') return `waits, because too little is known in ${where}: ${one.missing}`
  if (last === undefined) return undefined
  const at = last.edit.at.slice(0, 10)
  switch (last.verdict) {
    case 'open':
    case 'waiting':
      return `waits until the change of ${at} has held in ${where}`
    case 'hurt':
      return `not changed here, because the change of ${at} did harm in ${where}`
    case 'replaced':
      return `waits, because somebody changed the value of ${at} again in ${where}`
    case 'unclear':
      return `waits, because it is unclear what the change of ${at} did in ${where}`
    default:
      return last.signs.length > 0 || isTakenBackLately(last)
        ? `not changed here, because the value was taken back in ${where}`
        : undefined
  }
}

/** Whether the last change of a value took it back: it did harm in that wave. */
const isTakenBackLately = ({ edit }: FollowedChange): boolean =>
  edit.rules.some((rule) => rule.startsWith('health.'))

/** Why a workload that runs in no earlier wave waits: too little is known of it. */
function tooNew({ cluster, workload }: SourceChange, { waves, observations }: WaveInput): string | undefined {
  const days = observedIn(observations, cluster).get(workloadKey(workload))?.days ?? 0
  return days >= waves.after
    ? undefined
    : `runs in no earlier wave, so it waits for ${waves.after} days of usage (${days.toFixed(1)} are known)`
}
