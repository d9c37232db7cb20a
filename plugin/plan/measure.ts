import { groupBy } from '../model/group.ts'
import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import { type Workload, workloadKey } from '../model/workload.ts'

/** A workload of a cluster that is measured once more. */
export interface MeasureTarget {
  readonly cluster: string
  readonly workload: Workload
}

/** The workloads to measure once more. */
export interface MeasureRequest {
  /** Those that changed lately. */
  readonly changed: readonly MeasureTarget[]
  /** Those that are to change, and those that changed lately. */
  readonly all: readonly MeasureTarget[]
}

/** What was measured of a workload. */
export type Measured = Pick<Observation, 'signals' | 'podStarts' | 'podEvents'>

/** Measures workloads, by the key of `targetKey`: what owners measure of them, and what became of the pods of those that changed lately. */
export type Measure = (request: MeasureRequest) => Promise<ReadonlyMap<string, Measured>>

/** The key of a workload of a cluster. */
export const targetKey = ({ cluster, workload }: MeasureTarget): string =>
  `${cluster}\0${workloadKey(workload)}`

/** What was decided without it. */
interface DecidedBefore {
  readonly observations: readonly Observation[]
  readonly recommendations: readonly SourceRecommendation[]
  readonly followed: readonly FollowedChange[]
}

const undecided: readonly FollowedChange['verdict'][] = ['open', 'held', 'hurt', 'unclear', 'waiting']
/** Days that a rollout may take until its change is not looked after any more. */
export const longestWait = 14

/**
 * Adds what is measured of the workloads that changed lately, and of those that are to change. Returns the same observations where that is
 * nothing.
 */
export async function withMeasured(
  { observations, recommendations, followed }: DecidedBefore,
  { days, measure }: { readonly days: number; readonly measure: Measure },
): Promise<readonly Observation[]> {
  const byKey = groupBy(observations, (one) => workloadKey(one.workload))
  const targetsOf = (
    some: readonly Pick<SourceRecommendation, 'workload' | 'cluster'>[],
  ): readonly MeasureTarget[] => {
    const found = some.flatMap(({ workload, cluster }) =>
      (byKey.get(workloadKey(workload)) ?? []).filter((one) => (cluster ?? one.cluster) === one.cluster),
    )
    return [...new Map(found.map((one) => [targetKey(one), one])).values()]
  }
  const lately = followed.filter(
    ({ verdict, edit }) => undecided.includes(verdict) && edit.daysAgo <= days + longestWait,
  )
  const changing = recommendations.filter(({ verdict }) => verdict === 'change')
  const [changed, all] = [targetsOf(lately), targetsOf([...lately, ...changing])]
  if (all.length === 0) return observations
  const found = await measure({ changed, all })
  if (found.size === 0) return observations
  return observations.map((one) => {
    const measured = found.get(targetKey(one))
    return measured === undefined ? one : { ...one, ...measured }
  })
}
