import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import { workloadKey } from '../../model/workload.ts'
import { killsIn, takenDown } from './signs.ts'
import { before, type HealthSpan } from './span.ts'

/** So many other workloads, and such a share of them, that fare the same show that no single change did it. */
const incident = { workloads: 3, share: 0.2 } as const
/** Fewer other workloads show nothing. */
const leastOthers = 3

const isHit = (one: Observation, span: HealthSpan): boolean =>
  takenDown(one, span) !== undefined ||
  one.containers.some((usage) => killsIn(usage, span) > killsIn(usage, before(span)))

/**
 * How many other workloads of the cluster were killed or taken down in the same hours, as a clause, where that are so many
 * that the cause is not in one workload.
 */
export function incidentIn(
  { cluster, workload }: Pick<Observation, 'cluster' | 'workload'>,
  span: HealthSpan,
  all: readonly Observation[],
): string | undefined {
  const own = workloadKey(workload)
  const others = all.filter((one) => one.cluster === cluster && workloadKey(one.workload) !== own)
  if (others.length < leastOthers) return undefined
  const hit = others.filter((one) => isHit(one, span)).length
  return hit >= incident.workloads && hit >= incident.share * others.length
    ? `${hit} of ${plural(others.length, 'other workload')} of the cluster were killed or taken down in the same hours`
    : undefined
}
