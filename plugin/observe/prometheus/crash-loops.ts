import type { Observation } from '../../model/observation.ts'
import { workloadKey } from '../../model/workload.ts'
import { type Owners, workloadFinder } from '../owners.ts'
import { containerOf } from './dialect.ts'
import { queriesFor } from './queries.ts'
import type { ClusterReading } from './query-portion.ts'

/** The query for containers in CrashLoopBackOff. */
export const crashLoopsQuery = ({ selection, timing, dialect }: Omit<ClusterReading, 'client'>): string =>
  queriesFor(selection, timing, dialect).crashLoops

/** Marks the workloads that have a container in CrashLoopBackOff at a time (seconds since 1970) as unhealthy. */
export async function markCrashLoops(
  reading: ClusterReading,
  { time, owners }: { readonly time: number; readonly owners: Owners },
  observations: readonly Observation[],
): Promise<readonly Observation[]> {
  const { client, dialect } = reading
  const rows = await client.instant(crashLoopsQuery(reading), time)
  if (rows.length === 0) return observations
  const find = workloadFinder(owners)
  const reasons = new Map<string, string>()
  for (const row of rows) {
    const { namespace = '', pod = '', container = '' } = containerOf(row, dialect.state)
    const found = find(namespace, pod)
    if (found.kind === 'workload')
      reasons.set(workloadKey(found.workload), `container ${container} is in CrashLoopBackOff`)
  }
  return observations.map((one) => {
    const unhealthy = reasons.get(workloadKey(one.workload))
    return unhealthy === undefined ? one : { ...one, unhealthy }
  })
}
