import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts'
import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { InputFile, ReleaseSource, RepositoryView } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'
import type { TracePorts } from '../dye/render-marked.ts'
import { yamlInView } from '../yaml-in-view.ts'
import { declaredValues } from './declaration.ts'
import { type HandedOn, type HandedOnByName, handedOn, nameOfDeclaration, valuesOf } from './handed-on.ts'
import { type DocumentPath, insertSite } from './insert-site.ts'
import { entriesOf, mappingsIn, mostMappings } from './mappings.ts'
import { type SourceInputs, upChain } from './up-chain.ts'

/** A release for which a place is searched in the values of the source that declares it. */
export interface ChildRelease {
  readonly source: ReleaseSource
  readonly inputs: readonly InputFile[]
  /** Whether anything but its parent, and what that declares, reads a file. */
  readonly isRead: (file: string) => boolean
}

/**
 * Where a values key of a release goes in the values of the source that declares it: a chart whose values list
 * applications, with a mapping for the values of each. Which mapping it is shows a trial: a key that is planted in every
 * mapping of these values, and arrives in the declaration of this release alone. `null` when none does.
 */
export async function parentValuesSite(
  keys: YamlPath,
  child: ChildRelease,
  ports: TracePorts,
): Promise<InsertSite | null> {
  const parent = upChain(child, 1)
  const { kind, name } = child.source.declaredBy
  for (const place of await valuesPlaces(parent, ports)) {
    if (child.isRead(place.file)) continue
    const all = await arrivals(place, parent, ports)
    const own = specific(nameOfDeclaration(kind, name), all, keys)
    const yaml = own && (await yamlInView(place.file, ports.view))
    if (own === undefined || yaml === undefined) continue
    const path = [...place.path, ...own.from, ...keys.slice(own.to.length)]
    const site = insertSite(yaml, { file: place.file, document: place.document, path })
    if (site !== undefined) return site
  }
  return null
}

/** The mapping that arrives in one declaration alone, nearest to a key. */
function specific(name: string, all: HandedOnByName, keys: YamlPath): HandedOn | undefined {
  const shared = new Set(
    [...all].flatMap(([other, places]) =>
      other === name ? [] : places.map(({ from }) => JSON.stringify(from)),
    ),
  )
  const fitting = (all.get(name) ?? []).filter(
    ({ from, to }) => !shared.has(JSON.stringify(from)) && to.every((step, index) => step === keys[index]),
  )
  return fitting.sort((a, b) => b.to.length - a.to.length)[0]
}

/** Values of a source: a whole document, or those in the object that declares the source. */
interface ValuesPlace extends DocumentPath {
  readonly values: JsonObject
}

/** The values of a source, those that win first. */
async function valuesPlaces(
  { source, inputs }: SourceInputs,
  ports: TracePorts,
): Promise<readonly ValuesPlace[]> {
  const inline = isRelease(source) ? await declaredValues({ source, inputs }, ports) : []
  const files = inputs.filter(
    ({ role, levelsUp, frozen }) =>
      levelsUp === undefined && frozen === undefined && (role === 'values' || role === 'chart-values'),
  )
  const ordered = [...files.filter(({ topLayer }) => topLayer), ...files.filter((one) => !one.topLayer)]
  const inFiles = await Promise.all(ordered.map(({ path }) => wholeFile(path, ports.view)))
  return [...inline, ...inFiles].flatMap((one) => {
    const values = one && valuesOf(one.value)
    return one === undefined || values === undefined ? [] : [{ ...one, values }]
  })
}

async function wholeFile(
  file: string,
  view: RepositoryView,
): Promise<(DocumentPath & { readonly value: Json }) | undefined> {
  const yaml = await yamlInView(file, view)
  return yaml && { file, document: 0, path: [], value: (yaml.documents[0]?.toJS() ?? null) as Json }
}

const known = new WeakMap<RepositoryView, Map<string, Promise<HandedOnByName>>>()

/** What a source hands on from one place of its values, found once for all that it declares. */
function arrivals(
  place: ValuesPlace,
  { source, inputs }: SourceInputs,
  ports: TracePorts,
): Promise<HandedOnByName> {
  const kept = known.get(ports.view) ?? new Map<string, Promise<HandedOnByName>>()
  known.set(ports.view, kept)
  const key = JSON.stringify([source.id, place.file, place.document, place.path])
  const found = kept.get(key) ?? findArrivals(place, { source, inputs }, ports)
  kept.set(key, found)
  return found
}

async function findArrivals(
  { values }: ValuesPlace,
  { source, inputs }: SourceInputs,
  ports: TracePorts,
): Promise<HandedOnByName> {
  const present = mappingsIn(values)
  const first = await handedOn({ source, values, mappings: present }, ports)
  const inside = [...siblings(first, values), ...(await namedByTemplates(inputs, present, ports.view))]
  const isPresent = new Set(present.map((path) => JSON.stringify(path)))
  const missing = new Map(
    inside.map((path) => [JSON.stringify(path), path] as const).filter(([key]) => !isPresent.has(key)),
  )
  if (missing.size === 0) return first
  const mappings = [...missing.values()].slice(0, mostMappings)
  const second = await handedOn({ source, values, mappings }, ports)
  const names = new Set([...first.keys(), ...second.keys()])
  return new Map([...names].map((name) => [name, [...(first.get(name) ?? []), ...(second.get(name) ?? [])]]))
}

function at(value: Json, path: YamlPath): Json | undefined {
  let found: Json | undefined = value
  for (const step of path) found = entriesOf(found).find(([key]) => key === step)?.[1]
  return found
}

/** Where mappings would be that items have whose neighbours have them: the values of one application, beside those of others. */
function siblings(all: HandedOnByName, values: JsonObject): readonly YamlPath[] {
  const whole = [...all.values()].flat().filter(({ to }) => to.length === 0)
  const places = new Map<string, YamlPath>()
  for (const { from } of whole) {
    for (let length = 1; length < from.length; length += 1) {
      const [container, rest] = [from.slice(0, length - 1), from.slice(length)]
      for (const [key, item] of entriesOf(at(values, container)))
        if (isJsonObject(item))
          places.set(JSON.stringify([container, key, rest]), [...container, key, ...rest])
    }
  }
  return [...places.values()]
}

/** Where templates that print a mapping would find it in the items of lists and of mappings. */
async function namedByTemplates(
  inputs: readonly InputFile[],
  mappings: readonly YamlPath[],
  view: RepositoryView,
): Promise<readonly YamlPath[]> {
  const templates = inputs.filter(({ role, levelsUp }) => role === 'template' && levelsUp === undefined)
  const texts = await Promise.all(templates.map(async ({ path }) => (await view.read(path))?.text ?? ''))
  const printed = new Set(
    texts.flatMap((text) => [...text.matchAll(printedMapping)].map(([, a, b]) => a ?? b ?? '')),
  )
  const paths = [...printed].map((one) => one.split('.').filter((step) => step !== '' && step !== 'Values'))
  return mappings.flatMap((item) =>
    item.length < 2 ? [] : paths.filter(({ length }) => length > 0).map((path) => [...item, ...path]),
  )
}

/** `toYaml $app.values`, or `.values | toYaml`. */
const printedMapping = /\btoYaml\s+\(?\$?\w*((?:\.\w+)+)|((?:\.\w+)+)\s*\|\s*toYaml\b/g
