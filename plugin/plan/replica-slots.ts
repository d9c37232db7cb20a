import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { ReplicaSlot, WorkloadSlots } from '../model/replica-slots.ts'
import { workloadKey } from '../model/workload.ts'
import { replicaSlots } from '../recommend/profiles/steady/replica-slots.ts'
import { tortoiseDefaults } from '../recommend/profiles/tortoise/options.ts'
import { tortoiseSlots } from '../recommend/profiles/tortoise/replica-bounds.ts'
import type { RecommendSettings } from '../recommend/recommend.ts'
import { type DeclaredIn, observationsFor } from './declared-source.ts'

function slotsBy(
  { profile, options }: Pick<RecommendSettings, 'profile' | 'options'>,
  declared: DeclaredWorkload,
  observation: Observation,
): readonly ReplicaSlot[] {
  if (profile !== 'tortoise') return replicaSlots(declared, observation, options)
  const isEnabled = declared.autoscaler !== undefined && options.replicaSlots !== 'off'
  return isEnabled ? tortoiseSlots(observation, options.tortoise ?? tortoiseDefaults) : []
}

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
    const known = observationsFor(source, observations)
    return workloads.flatMap((one): readonly WorkloadSlots[] => {
      const observation = known.get(workloadKey(one.workload))
      const slots = observation === undefined ? [] : slotsBy(recommend, one, observation)
      const { id, cluster } = source
      const from = { source: id, ...(cluster === undefined ? {} : { cluster }), workload: one.workload }
      return slots.length === 0 ? [] : [{ ...from, slots }]
    })
  })
}
