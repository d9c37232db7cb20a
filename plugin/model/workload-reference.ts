import { type JsonObject, textOf, valueAt } from './json.ts'
import type { Workload } from './workload.ts'

/** An Argo Rollout that takes its pod template from another object: it runs the pods, the other object has their sizes. */
export interface WorkloadReference {
  readonly by: Workload
  readonly to: Workload
}

/** The Rollouts with a `workloadRef` among rendered objects. `namespace` is that of objects without one. */
export const workloadReferences = (
  objects: readonly JsonObject[],
  namespace: string,
): readonly WorkloadReference[] =>
  objects.flatMap((object) => {
    const apiVersion = textOf(object['apiVersion']) ?? ''
    const name = textOf(valueAt(object, ['metadata', 'name']))
    const referred = (key: string): string | undefined =>
      textOf(valueAt(object, ['spec', 'workloadRef', key]))
    const [kind, target] = [referred('kind'), referred('name')]
    if (object['kind'] !== 'Rollout' || !apiVersion.startsWith('argoproj.io/')) return []
    if (name === undefined || kind === undefined || target === undefined) return []
    const own = textOf(valueAt(object, ['metadata', 'namespace'])) ?? namespace
    return [
      {
        by: { apiVersion, kind: 'Rollout', namespace: own, name },
        to: { apiVersion: referred('apiVersion') ?? 'apps/v1', kind, namespace: own, name: target },
      },
    ]
  })
