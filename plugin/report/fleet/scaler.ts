import type { FleetFigures, FleetWorkload } from '../../model/fleet.ts'
import type { FleetRow } from '../json/fleet.ts'

type Scaler = NonNullable<FleetRow['scaler']>

const simulated: readonly {
  readonly figure: string
  readonly of: (one: FleetFigures) => number | undefined
}[] = [
  { figure: 'Pods, on average', of: ({ replicas }) => replicas },
  { figure: 'Time with too few pods, %', of: ({ percentShort }) => percentShort },
  { figure: 'Time at the maximum, %', of: ({ percentAtMaximum }) => percentAtMaximum },
]

/** The HPA of a workload, and what the recorded demand does to it; nothing without an HPA. */
export function scalerRow({
  autoscaler,
  current,
  proposed,
}: Pick<FleetWorkload, 'autoscaler' | 'current' | 'proposed'>): { readonly scaler?: Scaler } {
  if (autoscaler === undefined) return {}
  const { minReplicas, maxReplicas, targets } = autoscaler
  return {
    scaler: {
      ...(minReplicas === undefined ? {} : { minimum: minReplicas }),
      ...(maxReplicas === undefined ? {} : { maximum: maxReplicas }),
      targets: targets.map(({ resource, container, utilization }) =>
        [container, resource === 'cpu' ? 'CPU' : 'memory', `${utilization} %`].filter(Boolean).join(' '),
      ),
      simulated: simulated.flatMap(({ figure, of }) => {
        const [now, then] = [of(current), proposed && of(proposed)]
        return now === undefined
          ? []
          : [{ figure, current: now, ...(then === undefined ? {} : { proposed: then }) }]
      }),
    },
  }
}
