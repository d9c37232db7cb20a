import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { WorkloadSlots } from '../model/replica-slots.ts'
import { workloadKey } from '../model/workload.ts'
import { type RecommendSettings, recommendReplicaSlots } from '../recommend/recommend.ts'
import type { DeclaredIn } from './declared-source.ts'

/** Returns replica bounds by hour of the day for every workload with an HPA. */
export function slotsOfPlan(
  declared: readonly DeclaredIn[],
  {
    observations,
    recommend,
  }: {
    readonly observations: readonly Observation[]
    readonly recommend: Pick<RecommendSettings, 'profile' | 'options'>
  },
): readonly WorkloadSlots[] {
  return declared.flatMap(({ source, workloads }) => {
    const known = observedIn(observations, source.cluster)
    return workloads.flatMap((one): readonly WorkloadSlots[] => {
      const observation = known.get(workloadKey(one.workload))
      const slots = observation === undefined ? [] : recommendReplicaSlots(one, observation, recommend)
      const { id, cluster } = source
      const from = { source: id, ...(cluster === undefined ? {} : { cluster }), workload: one.workload }
      return slots.length === 0 ? [] : [{ ...from, slots }]
    })
  })
}
