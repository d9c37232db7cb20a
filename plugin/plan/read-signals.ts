import { groupBy } from '../model/group.ts'
import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import type { SignalSamples } from '../model/signal.ts'
import { type Workload, workloadKey } from '../model/workload.ts'

/** A workload of a cluster whose signals are read. */
export interface SignalTarget {
  readonly cluster: string
  readonly workload: Workload
}

/** Reads what owners measure of workloads, by the key of `signalKey`; the first ones are the most important. */
export type ReadSignals = (
  targets: readonly SignalTarget[],
) => Promise<ReadonlyMap<string, readonly SignalSamples[]>>

/** The key of a workload of a cluster. */
export const signalKey = ({ cluster, workload }: SignalTarget): string =>
  `${cluster}\0${workloadKey(workload)}`

/** What was decided without signals. */
interface DecidedBefore {
  readonly observations: readonly Observation[]
  readonly recommendations: readonly SourceRecommendation[]
  readonly followed: readonly FollowedChange[]
}

const undecided: readonly FollowedChange['verdict'][] = ['open', 'held', 'hurt', 'unclear']

/** Adds the signals of the workloads that changed lately, and of those that are to change. Returns what it was given where there are none. */
export async function withSignals(
  { observations, recommendations, followed }: DecidedBefore,
  { days, read }: { readonly days: number; readonly read: ReadSignals },
): Promise<readonly Observation[]> {
  const changed = followed.filter(
    ({ verdict, edit }) => undecided.includes(verdict) && edit.daysAgo <= days + 1,
  )
  const changing = recommendations.filter(({ verdict }) => verdict === 'change')
  const byKey = groupBy(observations, (one) => workloadKey(one.workload))
  const targets = new Map(
    [...changed, ...changing].flatMap(({ workload, cluster }) =>
      (byKey.get(workloadKey(workload)) ?? []).flatMap((one) =>
        (cluster ?? one.cluster) === one.cluster ? [[signalKey(one), one] as const] : [],
      ),
    ),
  )
  if (targets.size === 0) return observations
  const found = await read([...targets.values()])
  if (found.size === 0) return observations
  return observations.map((one) => {
    const signals = found.get(signalKey(one))
    return signals === undefined ? one : { ...one, signals }
  })
}
