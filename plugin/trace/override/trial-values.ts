import type { FieldAddress } from '../../model/field.ts'
import { fieldKey, fieldUnit } from '../../model/field.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { namespaceOf } from '../../model/source.ts'
import { sameValue } from '../../model/value.ts'
import type { TracePorts } from '../dye/render-marked.ts'
import type { TracedSource } from '../dye/trace-source.ts'

/** Renders a source once with a trial value at each path of values, and finds the path that sets a field. */
export async function pathThatSets(
  address: FieldAddress,
  paths: readonly (readonly string[])[],
  { traced: { source }, ports }: { readonly traced: TracedSource; readonly ports: TracePorts },
): Promise<readonly string[] | undefined> {
  if (paths.length === 0) return undefined
  const trials = paths.map((path, index) => ({ path, value: trialValue(address, index) }))
  const extraValues = JSON.stringify(nested(trials))
  const { objects } = await ports.renderer.render(source, ports.view, { marked: true, extraValues })
  const wanted = fieldKey(address)
  const field = fieldsOf(objects, namespaceOf(source)).find((one) => fieldKey(one) === wanted)
  return trials.find(({ value }) => field && sameValue(address.field, field.value, value))?.path
}

function trialValue({ field }: FieldAddress, index: number): string {
  const number = 61_001 + index
  const unit = fieldUnit(field)
  return unit === 'cpu' ? `${number}m` : unit === 'count' ? String(411 + index) : `${number}Mi`
}

interface Trial {
  readonly path: readonly string[]
  readonly value: string
}

type Tree = { [key: string]: Tree | string }

function nested(trials: readonly Trial[]): Tree {
  const root: Tree = {}
  for (const { path: keys, value } of trials) {
    let at = root
    for (const key of keys.slice(0, -1)) {
      const next = at[key]
      const child: Tree = typeof next === 'object' ? next : {}
      at[key] = child
      at = child
    }
    at[keys.at(-1) ?? ''] = value
  }
  return root
}
