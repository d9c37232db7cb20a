import { isJsonObject, type Json, type JsonObject, valueAt } from '../../model/json.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { YamlPath } from '../../model/site.ts'
import type { Source } from '../../model/source.ts'
import { parseValue } from '../../yaml/parse.ts'
import type { TracePorts } from '../dye/render-marked.ts'

/** A mapping in the values of a source, and the keys under which a declaration that the source renders holds it. */
export interface HandedOn {
  readonly from: YamlPath
  readonly to: readonly string[]
}

/** What the declarations that a source renders take over from its values, by `nameOfDeclaration`. */
export type HandedOnByName = ReadonlyMap<string, readonly HandedOn[]>

/** Where trial keys are planted: the values of a source, and the mappings among them. */
export interface Planting {
  readonly source: Source
  readonly values: JsonObject
  readonly mappings: readonly YamlPath[]
}

/** The start of a key that is planted; its position in the list of mappings follows. */
export const trialKey = 'tortoiseTrial'

/** How often a source is rendered to find out with which trial keys it does not render. */
const mostRenderings = 12

export const nameOfDeclaration = (kind: string, name: string): string => `${kind}/${name}`

/**
 * Plants a key in mappings of the values of a source, and finds the keys again in the values of the objects of its rendering
 * that declare sources. Where it does not render with all keys, it is rendered with halves of them.
 */
export async function handedOn(planting: Planting, ports: TracePorts): Promise<HandedOnByName> {
  const found = new Map<string, HandedOn[]>()
  let renderings = 0
  const search = async (mappings: readonly YamlPath[]): Promise<void> => {
    if (mappings.length === 0 || renderings >= mostRenderings) return
    renderings += 1
    const objects = await rendered({ ...planting, mappings }, ports)
    if (objects !== undefined) return collect(objects, mappings, { found, ports })
    if (mappings.length === 1) return
    const middle = Math.ceil(mappings.length / 2)
    await search(mappings.slice(0, middle))
    await search(mappings.slice(middle))
  }
  await search(planting.mappings)
  return found
}

async function rendered({ source, values, mappings }: Planting, { renderer, view }: TracePorts) {
  const planted = structuredClone(values) as Tree
  mappings.forEach((path, index) => {
    plant(planted, path, `${trialKey}${index}`)
  })
  try {
    const options = { marked: true, extraValues: JSON.stringify(planted) }
    return (await renderer.render(source, view, options)).objects
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}

export type Tree = { [key: string | number]: unknown }

/** Adds an empty mapping with a key at a path of mappings and lists; mappings that are missing are made. */
export function plant(root: Tree, path: YamlPath, key: string): void {
  let at = root
  for (const step of path) {
    // A template or a values file can name it, and it would lead to what all objects of this process share.
    if (step === '__proto__') return
    const next = Object.hasOwn(at, step) ? at[step] : undefined
    if (typeof next === 'object' && next !== null) at = next as Tree
    else if (next === undefined || next === null) {
      const made: Tree = {}
      at[step] = made
      at = made
    } else return
  }
  if (!Array.isArray(at)) at[key] = {}
}

interface Collecting {
  readonly found: Map<string, HandedOn[]>
  readonly ports: TracePorts
}

function collect(
  objects: readonly JsonObject[],
  mappings: readonly YamlPath[],
  { found, ports }: Collecting,
): void {
  for (const object of objects) {
    const [kind, name] = [object['kind'], valueAt(object, ['metadata', 'name'])]
    if (typeof kind !== 'string' || typeof name !== 'string') continue
    const place = ports.renderer.format(kind)?.valuesAt(object)
    const values =
      place &&
      valuesOf(
        valueAt(
          object,
          place.path.filter((step) => step !== '|'),
        ),
      )
    if (values === undefined) continue
    const own = found.get(nameOfDeclaration(kind, name)) ?? []
    own.push(...trialsIn(values, []).flatMap(({ index, to }) => arrival(mappings[index], to)))
    found.set(nameOfDeclaration(kind, name), own)
  }
}

const arrival = (from: YamlPath | undefined, to: readonly string[]): readonly HandedOn[] =>
  from === undefined ? [] : [{ from, to }]

/** The values in an object: a mapping, or a text of YAML. */
export function valuesOf(value: Json | undefined): JsonObject | undefined {
  if (typeof value !== 'string') return isJsonObject(value) ? value : undefined
  try {
    const parsed = parseValue(value, { uniqueKeys: false, merge: true })
    return isJsonObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

export interface Trial {
  readonly index: number
  readonly to: readonly string[]
}

/** The planted keys in values, with the keys above them. */
export function trialsIn(value: Json, at: readonly string[]): readonly Trial[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]): readonly Trial[] =>
    key.startsWith(trialKey)
      ? [{ index: Number(key.slice(trialKey.length)), to: at }]
      : trialsIn(inner, [...at, key]),
  )
}
