import type { FieldAddress } from '../../model/field.ts'
import { isJsonObject, type JsonObject, valueAt } from '../../model/json.ts'
import { workloadsOf } from '../../model/manifest.ts'
import { workloadKey } from '../../model/workload.ts'

/** A size of a container: its path below `resources`, and its value as it is written in YAML. */
export interface Size {
  readonly path: readonly string[]
  readonly value: string
}

/** The sizes of a field's container that one rendering has and another one has not, without that of the field itself. */
export function droppedSizes(
  address: FieldAddress,
  { before, after }: { readonly before: readonly JsonObject[]; readonly after: readonly JsonObject[] },
): readonly Size[] {
  const left = new Map(sizesOf(address, after).map(({ path, value }) => [path.join('.'), value]))
  return sizesOf(address, before).filter(
    ({ path }) => path.join('.') !== address.field && !left.has(path.join('.')),
  )
}

function sizesOf({ workload, container }: FieldAddress, objects: readonly JsonObject[]): readonly Size[] {
  const found = workloadsOf(objects, workload.namespace).find(
    (one) => workloadKey(one.workload) === workloadKey(workload),
  )
  const place = found?.containers.find(({ name }) => name === container)?.path
  if (found === undefined || place === undefined) return []
  return ['requests', 'limits'].flatMap((group) => {
    const sizes = valueAt(objects[found.object], [...place, 'resources', group])
    if (!isJsonObject(sizes)) return []
    return Object.entries(sizes).map(([name, value]) => ({ path: [group, name], value: written(value) }))
  })
}

/** A text that looks like a number keeps its quotes. */
const written = (value: unknown): string =>
  typeof value === 'string' && /^[\w.]*[A-Za-z]\w*$/.test(value) ? value : JSON.stringify(value)
