import type { Observation } from '../model/observation.ts'
import type { Source } from '../model/source.ts'
import { workloadKey } from '../model/workload.ts'
import type { WorkloadReference } from '../model/workload-reference.ts'

/** Observations in which the usage of a Rollout counts for the object that has its pod template. */
export function joinReferences(
  observations: readonly Observation[],
  found: readonly { readonly source: Source; readonly references: readonly WorkloadReference[] }[],
): readonly Observation[] {
  const referenceOf = ({ cluster, workload }: Observation): WorkloadReference | undefined =>
    found
      .filter(({ source }) => source.cluster === undefined || source.cluster === cluster)
      .flatMap(({ references }) => references)
      .find(({ by }) => workloadKey(by) === workloadKey(workload))
  const joined = observations.flatMap((one) => {
    const reference = referenceOf(one)
    return reference === undefined ? [] : [{ ...one, workload: reference.to }]
  })
  if (joined.length === 0) return observations
  const keyOf = ({ cluster, workload }: Observation): string => `${cluster}/${workloadKey(workload)}`
  // The object itself runs no pods beside those of the Rollout.
  const taken = new Set(joined.map(keyOf))
  return [
    ...joined,
    ...observations.filter((one) => referenceOf(one) === undefined && !taken.has(keyOf(one))),
  ]
}
