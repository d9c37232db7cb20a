import type { OutcomeFigures, PlanBacktest, Prices } from '../model/backtest.ts'
import type { DeclaredWorkload } from '../model/declared.ts'
import type { FleetContainer, FleetFigures, FleetWorkload } from '../model/fleet.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { Proposal } from '../model/proposal.ts'
import { sourceWorkloadKey, workloadKey } from '../model/workload.ts'
import { fleetFigures } from '../recommend/replay/fleet-figures.ts'
import { proposedValues } from './backtest-plan.ts'
import type { DeclaredIn } from './declared-source.ts'

/** What the figures of a fleet are computed from. */
export interface FleetInput {
  readonly observations: readonly Observation[]
  readonly prices: Prices
  readonly proposal: Proposal | undefined
}

/** Every declared workload with usage, with the figures of its current values and of the proposed ones. */
export function fleetOfPlan(
  declared: readonly DeclaredIn[],
  { observations, prices, proposal }: FleetInput,
): readonly FleetWorkload[] {
  const moves = proposedValues(proposal?.changes ?? [])
  return declared.flatMap(({ source, workloads }) => {
    const observed = observedIn(observations, source.cluster)
    return workloads.flatMap((one): readonly FleetWorkload[] => {
      const { workload, autoscaler } = one
      const observation = observed.get(workloadKey(workload))
      if (observation === undefined) return []
      const own = moves.get(sourceWorkloadKey({ source: source.id, workload })) ?? []
      return [
        {
          source: source.id,
          path: source.path,
          ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
          workload,
          containers: containersOf(one),
          ...(autoscaler === undefined ? {} : { autoscaler }),
          observation,
          ...fleetFigures(one, observation, { moves: own, prices }),
        },
      ]
    })
  })
}

/** The backtest of a plan, from the figures of its fleet: the same that `backtestPlan` computes of a proposal. */
export const backtestOfFleet = (fleet: readonly FleetWorkload[], currency: string): PlanBacktest => ({
  currency,
  workloads: fleet.flatMap(({ source, cluster, workload, current, proposed }) =>
    proposed === undefined
      ? []
      : [
          {
            source,
            ...(cluster === undefined ? {} : { cluster }),
            workload,
            before: withoutBalance(current),
            after: withoutBalance(proposed),
          },
        ],
  ),
})

const withoutBalance = ({ cpu: _cpu, memory: _memory, ...figures }: FleetFigures): OutcomeFigures => figures

const containersOf = ({ containers }: DeclaredWorkload): readonly FleetContainer[] =>
  containers.filter(({ role }) => role !== 'init').map(({ name, values }) => ({ name, values }))
