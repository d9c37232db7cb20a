import type { JsonObject } from '../../model/json.ts'
import { isJsonObject, listOf, textOf, valueAt } from '../../model/json.ts'
import { fieldsOf, workloadsOf } from '../../model/manifest.ts'
import { placeholderDefault } from '../../model/placeholder.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { isAutoscaler } from '../../model/scaler.ts'
import { readObjects } from '../../yaml/objects.ts'

/** A value that a manifest, or a patch of one, states for a field. */
export interface WrittenField {
  /** Identity of the manifest in its file, wherever it is in it. */
  readonly manifest: string
  readonly kind: string
  /** Namespace (empty for none) and name as written, before a kustomization changes them. */
  readonly namespace: string
  readonly name: string
  readonly container: string | undefined
  readonly field: string
  readonly value: string
}

/** Objects that hold patches or manifests of others. */
const holders = /^(Kustomization|Component|HelmRelease|Application|ApplicationSet|.*List)$/

const isSized = (object: JsonObject): boolean =>
  workloadsOf([completed(object)], '').length > 0 ||
  (isAutoscaler(object) && valueAt(object, ['spec', 'scaleTargetRef']) !== undefined)

/** A patch of init containers alone with the list that pod specs are known by. */
function completed(object: JsonObject): JsonObject {
  const below = ['spec', 'jobTemplate', 'template'].flatMap((key) => {
    const value = object[key]
    return isJsonObject(value) ? [[key, completed(value)] as const] : []
  })
  const containers = Array.isArray(object['initContainers']) ? { containers: [] } : {}
  return { ...containers, ...object, ...Object.fromEntries(below) }
}

/** The objects of a text; none when it cannot be read. */
function objectsIn(text: string): readonly JsonObject[] {
  try {
    return readObjects('', text)
  } catch (error) {
    if (error instanceof ExpectedStop) return []
    throw error
  }
}

const deepest = 20

/** Manifests and patches of workloads and autoscalers in a value; blocks of text in it are read as YAML. */
function manifestsIn(value: unknown, depth = 0): readonly JsonObject[] {
  if (depth > deepest) return []
  if (Array.isArray(value)) return value.flatMap((item) => manifestsIn(item, depth + 1))
  if (typeof value === 'string')
    return value.includes('kind')
      ? objectsIn(asObject(value)).flatMap((one) => manifestsIn(one, depth + 1))
      : []
  if (typeof value !== 'object' || value === null) return []
  const object = value as JsonObject
  if (isSized(object)) return [object]
  const kind = textOf(object['kind'])
  if (kind !== undefined && isJsonObject(object['metadata']) && !holders.test(kind)) return []
  return Object.values(object).flatMap((one) => manifestsIn(one, depth + 1))
}

/** A list, such as a JSON patch that adds a patch to another object, as the value of a key. */
const asObject = (text: string): string => (/^\s*- /.test(text) ? `items:\n${text}` : text)

const identityOf = (object: JsonObject): string =>
  JSON.stringify([
    object['kind'],
    valueAt(object, ['metadata', 'namespace']),
    valueAt(object, ['metadata', 'name']),
  ])

/**
 * Returns the values that the manifests and patches in a YAML or JSON text state for fields. Aliases and merge keys are
 * resolved. Returns none for a text that cannot be read.
 */
export function writtenFields(text: string): readonly WrittenField[] {
  const roots = objectsIn(text)
  const seen = new Map<string, number>()
  const fields = roots
    .flatMap((root) => manifestsIn(root))
    .flatMap((object) => {
      const identity = identityOf(object)
      const nth = seen.get(identity) ?? 0
      seen.set(identity, nth + 1)
      return fieldsIn(object, nth)
    })
  return [...fields, ...roots.flatMap(recommendedIn)]
}

const fieldsIn = (object: JsonObject, nth: number): readonly WrittenField[] =>
  fieldsOf([completed(object)], '').map(
    ({ workload: { namespace, kind, name }, container, field, value }) => ({
      manifest: JSON.stringify([namespace, kind, name, nth]),
      ...{ kind, namespace, name, container, field, value: placeholderDefault(value) ?? value },
    }),
  )

/** The values in a file of recommendations (`.tortoise`). */
function recommendedIn(root: JsonObject): readonly WrittenField[] {
  const [kind, name, namespace = ''] = ['kind', 'name', 'namespace'].map((key) =>
    textOf(valueAt(root, ['workload', key])),
  )
  if (root['version'] !== 1 || kind === undefined || name === undefined) return []
  return listOf(root['values']).flatMap((one): readonly WrittenField[] => {
    const [container, field, value] = [['container'], ['field'], ['value']].map((path) =>
      textOf(valueAt(one, path)),
    )
    return field === undefined || value === undefined
      ? []
      : [{ manifest: 'recommendations', kind, namespace, name, container, field, value }]
  })
}
