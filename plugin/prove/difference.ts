import type { Json, JsonObject, JsonPath } from '../model/json.ts'
import { identify } from '../model/manifest.ts'
import type { Workload } from '../model/workload.ts'
import { workloadKey } from '../model/workload.ts'

/** One value that differs between two renderings; `null` where it is absent. */
export interface Difference {
  readonly object: Workload
  readonly path: JsonPath
  readonly before: string | null
  readonly after: string | null
}

/**
 * Every value that differs. Objects are matched by kind, namespace and name; an object that only one rendering has differs
 * at its root (an empty path).
 */
export function differences(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  namespace: string,
): readonly Difference[] {
  const [left, right] = [byIdentity(before, namespace), byIdentity(after, namespace)]
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  return keys.flatMap((key) => {
    const [a, b] = [left.get(key), right.get(key)]
    const object = a?.identity ?? b?.identity
    if (object === undefined) return []
    if (a === undefined || b === undefined) {
      return [{ object, path: [], before: a ? 'present' : null, after: b ? 'present' : null }]
    }
    return valueDifferences(a.object, b.object, []).map((one) => ({ object, ...one }))
  })
}

interface Identified {
  readonly identity: Workload
  readonly object: JsonObject
}

const nameless = (index: number): Workload => ({
  apiVersion: '',
  kind: 'Object',
  namespace: '',
  name: `#${index}`,
})

function byIdentity(objects: readonly JsonObject[], namespace: string): ReadonlyMap<string, Identified> {
  const found = new Map<string, Identified>()
  objects.forEach((object, index) => {
    const identity = identify(object, namespace) ?? nameless(index)
    const base = `${identity.apiVersion.split('/')[0]} ${workloadKey(identity)}`
    // Objects with the same identity are matched by their order.
    let key = base
    for (let copy = 2; found.has(key); copy++) key = `${base} ${copy}`
    found.set(key, { identity, object })
  })
  return found
}

type ValueDifference = Omit<Difference, 'object'>

function valueDifferences(
  before: Json | undefined,
  after: Json | undefined,
  path: JsonPath,
): readonly ValueDifference[] {
  // kustomize drops a null when it applies a patch.
  if (before === after || (before === null && after === undefined)) return []
  if (isContainer(before) || isContainer(after)) {
    const [left, right] = [childrenOf(before), childrenOf(after)]
    if (isContainer(before) === isContainer(after) || isUnset(before) || isUnset(after)) {
      const keys = [...new Set([...left.keys(), ...right.keys()])]
      const inner = keys.flatMap((key) => valueDifferences(left.get(key), right.get(key), [...path, key]))
      const emptied = inner.length === 0 && (isUnset(before) || isUnset(after))
      return emptied ? [{ path, before: print(before), after: print(after) }] : inner
    }
  }
  return [{ path, before: print(before), after: print(after) }]
}

/** Whether a value is absent or null: `resources:` without a value is the same as no `resources`. */
const isUnset = (value: Json | undefined): value is null | undefined => value === undefined || value === null

const isContainer = (value: Json | undefined): value is JsonObject | readonly Json[] =>
  typeof value === 'object' && value !== null

function childrenOf(value: Json | undefined): ReadonlyMap<string | number, Json> {
  if (Array.isArray(value)) return new Map(value.entries())
  return isContainer(value) ? new Map(Object.entries(value)) : new Map()
}

const print = (value: Json | undefined): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)
