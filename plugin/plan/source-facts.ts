import { type DeclaredWorkload, declaredWorkloads } from '../model/declared.ts'
import type { Rollout } from '../model/rollout.ts'
import type { Rendering, Source } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import { type SurroundingObjects, surroundingObjects } from '../model/surrounding-objects.ts'
import { type WorkloadReference, workloadReferences } from '../model/workload-reference.ts'

/** What deciding keeps of a rendering: plain values, which can also be written to a file and read again. */
export interface SourceFacts {
  readonly source: Source
  readonly workloads: readonly DeclaredWorkload[]
  /** Rollouts that take their pod template from another object. */
  readonly references: readonly WorkloadReference[]
  /** The objects that bound or write values of workloads, its own and those of other sources. */
  readonly surrounding: SurroundingObjects
  readonly rollouts: readonly Rollout[]
}

/** Returns what deciding keeps of a rendering. */
export function factsOf({ source, objects, rollouts = [] }: Rendering): SourceFacts {
  const namespace = namespaceOf(source)
  return {
    source,
    workloads: declaredWorkloads(objects, namespace),
    references: workloadReferences(objects, namespace),
    surrounding: surroundingObjects(objects, namespace, ` of the source ${source.id}`),
    rollouts,
  }
}
