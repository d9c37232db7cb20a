import type { Prices } from '../model/backtest.ts'
import { fieldKey } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { IsEditOf } from '../model/past-edit.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import { readValue } from '../model/value.ts'
import { sourceWorkloadKey, workloadKey } from '../model/workload.ts'
import { followChanges } from '../recommend/health/follow.ts'
import type { DeclaredIn } from './declared-source.ts'
import type { HasHistory } from './past-edits.ts'
import type { PlanSettings } from './plan-request.ts'

/** Days for which a change is in the cluster: since its rollout, or since its commit where that is all that is known. */
const daysInCluster = ({ edit, daysRolledOut }: Costless): number => daysRolledOut ?? edit.daysAgo

const hoursPerMonth = 30 * 24
const daysPerMonth = 30

interface FollowRequest {
  readonly observations: readonly Observation[]
  readonly recommend: PlanSettings
  readonly prices: Prices
  readonly recommendations: readonly SourceRecommendation[]
  readonly hasHistory: HasHistory
  readonly editsIn: (source: string) => IsEditOf
}

/** What became of every change that Tortoise made of the values of some sources, with what it costs or saves. */
export function followedChanges(
  declared: readonly DeclaredIn[],
  { observations, recommend: { health, pastValues }, prices, ...request }: FollowRequest,
): readonly FollowedChange[] {
  if (health === undefined || pastValues === undefined) return []
  const bySource = groupBy(request.recommendations, sourceWorkloadKey)
  return declared.flatMap(({ source: { id, cluster }, workloads }) => {
    const observed = observedIn(observations, cluster)
    const isEditOf = request.editsIn(id)
    const inCluster = cluster === undefined ? {} : { cluster }
    return workloads
      .filter((one) => request.hasHistory(one, cluster))
      .flatMap((one): readonly FollowedChange[] => {
        const observation = observed.get(workloadKey(one.workload))
        if (observation === undefined) return []
        const followed = followChanges(bySource.get(sourceWorkloadKey({ source: id, ...one })) ?? [], {
          declared: one,
          observation,
          pastValues: (address) => pastValues({ ...address, ...inCluster }, observation.window.to, isEditOf),
          all: observations,
          options: health,
        })
        return withCosts(followed, observation, prices).map((change) => ({
          ...change,
          source: id,
          ...inCluster,
        }))
      })
  })
}

type Costless = Omit<FollowedChange, 'source' | 'cluster' | 'cost'>

/** Adds what each changed request costs a month, over the mean number of pods, and what it has cost until the next change of it. */
function withCosts(
  followed: readonly Costless[],
  { replicas }: Pick<Observation, 'replicas'>,
  prices: Prices,
): readonly Omit<FollowedChange, 'source' | 'cluster'>[] {
  return followed.map((one, index) => {
    const { field, edit } = one
    const hour =
      field === 'requests.cpu'
        ? prices.coreHour / 1000
        : field === 'requests.memory'
          ? prices.gibibyteHour / 1024 ** 3
          : 0
    const [from, to] = [readValue(field, edit.from), readValue(field, edit.to)]
    if (hour === 0 || from === undefined || to === undefined || one.verdict === 'waiting') return one
    // The changes of a field follow each other, newest first.
    const [later] = followed
      .slice(0, index)
      .filter((other) => fieldKey(other) === fieldKey(one))
      .slice(-1)
    const aMonth = (to - from) * hour * hoursPerMonth * (replicas?.mean ?? 1)
    const months =
      Math.max(0, daysInCluster(one) - (later === undefined ? 0 : daysInCluster(later))) / daysPerMonth
    return { ...one, cost: { aMonth, soFar: aMonth * months } }
  })
}
