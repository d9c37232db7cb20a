import type { Json, JsonObject } from './json.ts'
import { isJsonObject, textOf, valueAt } from './json.ts'
import { podSpecsOf } from './pod-specs.ts'
import type { Workload } from './workload.ts'

/** What a workload says of its pods beside their containers. */
export interface PodDetails {
  readonly replicas?: number
  readonly surge?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly podResources?: Readonly<Record<string, string>>
}

/** The number of pods, their labels, and the resources of a pod as a whole. https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/ */
export function podDetails(object: JsonObject, workload: Workload): PodDetails {
  const [podSpec] = podSpecsOf(object, workload)
  const replicas = Number(textOf(valueAt(object, ['spec', 'replicas'])) ?? Number.NaN)
  if (podSpec === undefined) return {}
  const labels = texts(valueAt(object, [...podSpec.slice(0, -1), 'metadata', 'labels']))
  const podResources = Object.fromEntries(
    ['requests', 'limits'].flatMap((part) =>
      Object.entries(texts(valueAt(object, [...podSpec, 'resources', part]))).map(([name, value]) => [
        `${part}.${name}`,
        value,
      ]),
    ),
  )
  const surge = surgeOf(object)
  return {
    ...(surge === undefined ? {} : { surge }),
    ...(Number.isInteger(replicas) ? { replicas } : {}),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(podResources).length === 0 ? {} : { podResources }),
  }
}

/** How many pods a rollout starts first: of the strategy of a Deployment, or of an Argo Rollout. */
function surgeOf(object: JsonObject): string | undefined {
  if (textOf(valueAt(object, ['spec', 'strategy', 'type'])) === 'Recreate') return '0'
  const surges = ['rollingUpdate', 'canary'].map((strategy) =>
    textOf(valueAt(object, ['spec', 'strategy', strategy, 'maxSurge'])),
  )
  return surges.find((one) => one !== undefined)
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) =>
      textOf(one) === undefined ? [] : [[name, textOf(one) ?? '']],
    ),
  )
}
