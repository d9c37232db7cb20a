import type { Json, JsonObject, JsonPath } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import type { Workload } from './workload.ts'

/** Whether a cluster knows a kind only through a custom resource definition. */
export const isCustom = ({ apiVersion }: Pick<Workload, 'apiVersion'>): boolean => {
  const group = apiVersion.split('/').slice(0, -1).join('')
  return group.includes('.') && !group.endsWith('.k8s.io')
}

/** Kinds of objects whose sizes are for another object, which they declare or scale. */
const declaring = /^(HelmRelease|HelmChart|Application|ApplicationSet|Kustomization|ScaledObject|ScaledJob)$/

const podSpecPaths: readonly JsonPath[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
]

/** The paths of the pod specs in an object; in a custom resource, of any mapping with a list of containers. */
export function podSpecsOf(object: JsonObject, workload: Workload): readonly JsonPath[] {
  const known = podSpecPaths.filter((path) => Array.isArray(valueAt(object, [...path, 'containers'])))
  if (known.length > 0 || !isCustom(workload) || declaring.test(workload.kind)) return known
  return mappingsIn(object, ['spec'], (mapping) => listOf(mapping['containers']).some(isContainer))
}

const isContainer = (item: Json): boolean =>
  isJsonObject(item) &&
  typeof item['name'] === 'string' &&
  (item['image'] !== undefined || item['resources'] !== undefined)

const deepest = 8

/** Paths of the outermost mappings below a path that pass a test, also in lists. */
function mappingsIn(
  object: JsonObject,
  path: JsonPath,
  isSought: (mapping: JsonObject) => boolean,
): readonly JsonPath[] {
  const node = valueAt(object, path)
  if (node === undefined || path.length > deepest) return []
  if (Array.isArray(node)) return node.flatMap((_, index) => mappingsIn(object, [...path, index], isSought))
  if (!isJsonObject(node)) return []
  if (isSought(node)) return [path]
  return Object.keys(node).flatMap((key) => mappingsIn(object, [...path, key], isSought))
}

/** The parts of a custom resource that have `resources` with sizes, each with its path; empty for any other object. */
export function sizedPartsOf(
  object: JsonObject,
  workload: Workload,
): readonly { readonly path: JsonPath; readonly object: JsonObject }[] {
  if (!isCustom(workload) || declaring.test(workload.kind)) return []
  const isSized = (mapping: JsonObject): boolean =>
    ['requests', 'limits'].some((list) =>
      ['cpu', 'memory'].some(
        (resource) => textOf(valueAt(mapping, ['resources', list, resource])) !== undefined,
      ),
    )
  return mappingsIn(object, ['spec'], isSized).map((path) => {
    const part = valueAt(object, path)
    return { path, object: isJsonObject(part) ? part : {} }
  })
}
