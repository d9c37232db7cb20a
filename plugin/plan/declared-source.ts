import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { Source } from '../model/source.ts'
import { workloadKey } from '../model/workload.ts'

/** A source with the workloads that it declares. */
export interface DeclaredIn {
  readonly source: Source
  readonly workloads: readonly DeclaredWorkload[]
}

/** Returns the observations that may belong to the workloads of a source, by workload key. */
export const observationsFor = (
  source: Source,
  observations: readonly Observation[],
): ReadonlyMap<string, Observation> =>
  new Map(
    observations
      .filter(({ cluster }) => source.cluster === undefined || cluster === source.cluster)
      .map((one) => [workloadKey(one.workload), one]),
  )
