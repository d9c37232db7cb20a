import type { FleetFigures, FleetWorkload } from '../../model/fleet.ts'
import { groupBy } from '../../model/group.ts'
import type { Observation } from '../../model/observation.ts'
import type { Plan, SourceRecommendation } from '../../model/plan.ts'
import { sum } from '../../model/sum.ts'
import { readValue } from '../../model/value.ts'
import { sourceWorkloadKey, workloadKey } from '../../model/workload.ts'
import { observationOf } from '../evidence.ts'
import { inForce } from '../followed.ts'

/** An amount of CPU in millicores, and of memory in bytes. */
export interface Amounts {
  readonly cpu: number
  readonly memory: number
}

/** Sums over all pods of the managed workloads of one namespace of a cluster, by the mean number of pods in the window. */
export interface NamespaceSums {
  readonly cluster: string
  readonly namespace: string
  readonly workloads: number
  readonly pods: number
  readonly requested: Amounts
  /** Mean usage in the window. */
  readonly used: Amounts
  /** What would be requested with the proposed values, by their backtest. */
  readonly recommended: Amounts
  /** What merged changes that are followed and still in force took off the requests; negative where they added to them. */
  readonly saved: Amounts
}

/** Returns the sums of every namespace with a workload that the sources declare, in no order. The plan has its `fleet`. */
export function fleetSums(plan: Plan, observations: readonly Observation[]): readonly NamespaceSums[] {
  const clusterOf = (one: Pick<SourceRecommendation, 'cluster' | 'workload'>): string =>
    one.cluster ?? observationOf(observations, one)?.cluster ?? ''
  const placeOf = (one: Pick<SourceRecommendation, 'cluster' | 'workload'>): string =>
    `${clusterOf(one)}\0${one.workload.namespace}`
  const saved = savedBy(plan, observations, placeOf)
  const fleet = new Map((plan.fleet ?? []).map((one) => [sourceWorkloadKey(one), one]))
  return [...groupBy(plan.recommendations, placeOf)].flatMap(([place, members]) => {
    const [first] = members
    if (first === undefined) return []
    const workloads = [...groupBy(members, ({ workload }) => workloadKey(workload)).values()]
    const sums = workloads.map(([one]) => amountsOf(one && fleet.get(sourceWorkloadKey(one))))
    const pods = workloads.map(([one]) => podsOf(one && observationOf(observations, one)))
    return [
      {
        cluster: clusterOf(first),
        namespace: first.workload.namespace,
        workloads: workloads.length,
        pods: sum(pods),
        requested: added(sums.map(({ requested }) => requested)),
        used: added(sums.map(({ used }) => used)),
        recommended: added(sums.map(({ recommended }) => recommended)),
        saved: saved.get(place) ?? nothing,
      },
    ]
  })
}

const nothing: Amounts = { cpu: 0, memory: 0 }

/** The figures of the report on the fleet: its simulated HPAs change the number of pods with the values. Nothing is known without usage. */
function amountsOf(
  one: Pick<FleetWorkload, 'current' | 'proposed'> | undefined,
): Pick<NamespaceSums, 'requested' | 'used' | 'recommended'> {
  if (one === undefined) return { requested: nothing, used: nothing, recommended: nothing }
  const { current, proposed = current } = one
  const amounts = ({ cpu, memory }: FleetFigures, of: 'requested' | 'used'): Amounts => ({
    cpu: cpu[of] * 1000,
    memory: memory[of] * 1024 ** 3,
  })
  return {
    requested: amounts(current, 'requested'),
    used: amounts(current, 'used'),
    recommended: amounts(proposed, 'requested'),
  }
}

/** The sum of some amounts. */
export const added = (all: readonly Amounts[]): Amounts => ({
  cpu: sum(all.map(({ cpu }) => cpu)),
  memory: sum(all.map(({ memory }) => memory)),
})

/** The mean number of pods of a workload; 1 where it is not known. */
export const podsOf = (observation: Observation | undefined): number => observation?.replicas?.mean ?? 1

function savedBy(
  { followed = [] }: Plan,
  observations: readonly Observation[],
  placeOf: (one: Pick<SourceRecommendation, 'cluster' | 'workload'>) => string,
): ReadonlyMap<string, Amounts> {
  const merged = inForce(followed).filter(({ verdict }) => verdict !== 'waiting')
  return new Map(
    [...groupBy(merged, placeOf)].map(([place, members]) => [
      place,
      added(
        members.map((one): Amounts => {
          const [from, to] = [readValue(one.field, one.edit.from), readValue(one.field, one.edit.to)]
          if (from === undefined || to === undefined) return nothing
          const less = (from - to) * podsOf(observationOf(observations, one))
          if (one.field === 'requests.cpu') return { cpu: less, memory: 0 }
          return one.field === 'requests.memory' ? { cpu: 0, memory: less } : nothing
        }),
      ),
    ]),
  )
}
