import type { Observation } from './observation.ts'
import { workloadKey } from './workload.ts'

type ByWorkload = ReadonlyMap<string, Observation>

const indexes = new WeakMap<readonly Observation[], Map<string | undefined, ByWorkload>>()

/** The observations of a cluster, of all clusters where it is left out, by workload key. Indexed once for each list. */
export function observedIn(observations: readonly Observation[], cluster?: string): ByWorkload {
  const known = indexes.get(observations) ?? new Map<string | undefined, ByWorkload>()
  indexes.set(observations, known)
  const found =
    known.get(cluster) ??
    new Map(
      observations
        .filter((one) => (cluster ?? one.cluster) === one.cluster)
        .map((one) => [workloadKey(one.workload), one]),
    )
  known.set(cluster, found)
  return found
}
