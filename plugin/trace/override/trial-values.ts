import type { FieldAddress } from '../../model/field.ts'
import { fieldKey, fieldUnit } from '../../model/field.ts'
import type { JsonObject } from '../../model/json.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { namespaceOf } from '../../model/source.ts'
import { sameValue } from '../../model/value.ts'
import { renderOrNone, type TracePorts } from '../dye/render-marked.ts'
import type { TracedSource } from '../dye/trace-source.ts'

/** A path of values that sets a field, with what the source renders when it has a trial value there. */
export interface SettingPath {
  readonly path: readonly string[]
  readonly objects: readonly JsonObject[]
}

interface TrialContext {
  readonly traced: TracedSource
  readonly ports: TracePorts
}

/** How often a source is rendered to find out with which trial values it does not render. */
const mostRenderings = 12

/**
 * Renders a source with a trial value at each path of values, and finds the path that sets a field. Where it does not render
 * with all of them, it is rendered with halves.
 */
export async function pathThatSets(
  address: FieldAddress,
  paths: readonly (readonly string[])[],
  context: TrialContext,
): Promise<SettingPath | undefined> {
  const trials = paths.map((path, index) => ({ path, value: trialValue(address, index) }))
  let renderings = 0
  const search = async (some: readonly Trial[]): Promise<SettingPath | undefined> => {
    if (some.length === 0 || renderings >= mostRenderings) return undefined
    renderings += 1
    const result = await rendered(JSON.stringify(nested(some)), context)
    if (result !== undefined) return settingPath(address, some, result)
    if (some.length === 1) return undefined
    const middle = Math.ceil(some.length / 2)
    return (await search(some.slice(0, middle))) ?? search(some.slice(middle))
  }
  return search(trials)
}

function settingPath(
  address: FieldAddress,
  trials: readonly Trial[],
  { objects, values }: TrialRendering,
): SettingPath | undefined {
  const value = values.get(fieldKey(address))
  const found = trials.find((one) => value !== undefined && sameValue(address.field, value, one.value))
  return found && { path: found.path, objects }
}

interface TrialRendering {
  readonly objects: readonly JsonObject[]
  /** The value of each field, by its key. */
  readonly values: ReadonlyMap<string, string>
}

const kept = new WeakMap<TracedSource, Map<string, Promise<TrialRendering | undefined>>>()

/** The rendering with trial values; fields of the same name share one. */
function rendered(extraValues: string, { traced, ports }: TrialContext): Promise<TrialRendering | undefined> {
  const known = kept.get(traced) ?? new Map<string, Promise<TrialRendering | undefined>>()
  kept.set(traced, known)
  const found = known.get(extraValues) ?? renderTrial(extraValues, { traced, ports })
  known.set(extraValues, found)
  return found
}

async function renderTrial(
  extraValues: string,
  { traced: { source }, ports }: TrialContext,
): Promise<TrialRendering | undefined> {
  const objects = await renderOrNone(source, ports.view, { ...ports, extraValues })
  if (objects === undefined) return undefined
  const fields = fieldsOf(objects, namespaceOf(source))
  return { objects, values: new Map(fields.map((field) => [fieldKey(field), field.value])) }
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
  const root = emptyTree()
  for (const { path: keys, value } of trials) {
    let at = root
    for (const key of keys.slice(0, -1)) {
      const next = at[key]
      const child = typeof next === 'object' ? next : emptyTree()
      at[key] = child
      at = child
    }
    at[keys.at(-1) ?? ''] = value
  }
  return root
}

/** Without a prototype, so that a key of a values file never leads to what all objects of this process share. */
const emptyTree = (): Tree => Object.create(null) as Tree
