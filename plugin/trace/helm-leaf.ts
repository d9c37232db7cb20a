import type { Node } from 'yaml'
import { isMap, isScalar } from 'yaml'
import type { FieldAddress } from '../model/field.ts'
import { fieldKey, fieldUnit } from '../model/field.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { InsertSite, YamlPath } from '../model/site.ts'
import type { InputFile, RepositoryView } from '../model/source.ts'
import { sameValue } from '../model/value.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { keyText } from '../yaml/scalars.ts'
import type { Candidate } from './candidate.ts'
import { placeOf, stands } from './kustomize-leaf.ts'
import { releaseValuesPath } from './release-leaf.ts'
import type { TracedSource, TracePorts } from './trace-source.ts'
import { namespaceOf } from './trace-source.ts'

type Place = Pick<TracedSource, 'source' | 'inputs'>

/** The directory of the chart that a source renders; `undefined` when it renders none. */
export const chartOf = ({ inputs }: Pick<TracedSource, 'inputs'>): string | undefined =>
  inputs
    .filter(({ at }) => /(^|\/)Chart\.yaml$/.test(at))
    .map(({ at }) => at.slice(0, -'/Chart.yaml'.length) || '.')
    .sort((a, b) => a.length - b.length)[0]

/** The same key one layer up: where a value of a chart is overridden for one release alone. */
export async function helmOverride(
  candidate: Candidate,
  place: Place,
  view: RepositoryView,
): Promise<InsertSite | null> {
  const keys = valuesKeys(candidate, place)
  // A list in a values file replaces the list below it: overriding one item would drop the others.
  if (keys.some((step) => typeof step === 'number')) return null
  return placeValue(keys, place, view)
}

/** The path of a candidate in the values of the top chart. */
function valuesKeys({ file, path, role }: Candidate, place: Place): YamlPath {
  if (role === 'values') return path
  if (role === 'chart-values' || role === 'external')
    return [...subchartKeys(chartOf(place) ?? '.', file), ...path]
  const start = path.findIndex((step) => step === 'values' || step === 'valuesObject')
  return path.slice(start + 1).filter((step) => step !== '|')
}

/** Where a values key is written for one source: its last values file, or the object that declares the release. */
async function placeValue(
  keys: YamlPath,
  { source, inputs }: Place,
  view: RepositoryView,
): Promise<InsertSite | null> {
  if (source.kind === 'release') return releaseValuesPath(keys, { source, inputs }, view)
  const file = inputs.find(({ leaf, role }) => leaf && (role === 'values' || role === 'chart-values'))?.path
  const text = file === undefined ? undefined : (await view.read(file))?.text
  const opened = file === undefined || text === undefined ? undefined : openYaml(file, text)
  if (file === undefined || !opened?.ok || stands(opened.yaml, 0, keys)) return null
  return { kind: 'insert', file, ...placeOf(opened.yaml, 0, keys), document: 0, path: keys }
}

/** The keys under which a parent chart holds the values of a vendored subchart; none for its own values. */
function subchartKeys(chart: string, file: string): readonly string[] {
  const prefix = chart === '.' ? '' : `${chart}/`
  if (!file.startsWith(prefix)) return []
  const inside = file.slice(prefix.length)
  return [...inside.matchAll(/(?:^|\/)charts\/([^/]+)(?=\/)/g)].map((match) => match[1] ?? '')
}

const probed: readonly string[] = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

/**
 * Finds the values key that a template reads for a field it does not render now, by laying trial values under
 * every `resources` mapping of the stack and looking which one surfaces. One rendering.
 */
export async function helmProbe(
  address: FieldAddress,
  traced: TracedSource,
  { view, renderer }: TracePorts,
): Promise<InsertSite | null> {
  const { source } = traced
  if (!probed.includes(address.field)) return null
  const keys = await resourceKeys(chartOf(traced) ?? '.', traced.inputs, view)
  const trials = keys.map((path, index) => ({ path, value: trialValue(address, index) }))
  if (trials.length === 0) return null
  const extraValues = JSON.stringify(nest(trials, address.field.split('.')))
  const { objects } = await renderer.render(source, view, { dyed: true, extraValues })
  const wanted = fieldKey(address)
  const surfaced = fieldsOf(objects, namespaceOf(source)).find((field) => fieldKey(field) === wanted)
  const hit = trials.find(({ value }) => surfaced && sameValue(address.field, surfaced.value, value))
  return hit === undefined ? null : placeValue([...hit.path, ...address.field.split('.')], traced, view)
}

function trialValue({ field }: FieldAddress, index: number): string {
  const number = 61_001 + index
  return fieldUnit(field) === 'cpu' ? `${number}m` : `${number}Mi`
}

interface Trial {
  readonly path: readonly string[]
  readonly value: string
}

type Tree = { [key: string]: Tree | string }

function nest(trials: readonly Trial[], inner: readonly string[]): Tree {
  const root: Tree = {}
  for (const { path, value } of trials) {
    let at = root
    const keys = [...path, ...inner]
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

/** Paths of every mapping called `resources` (or ending so) in the stack of values, as seen from the top chart. */
async function resourceKeys(
  chart: string,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<readonly (readonly string[])[]> {
  const files = inputs.filter(
    ({ role }) => role === 'values' || role === 'chart-values' || role === 'external',
  )
  const found = await Promise.all(
    files.map(async ({ path }) => {
      const text = (await view.read(path))?.text
      const opened = text === undefined ? undefined : openYaml(path, text)
      return opened?.ok ? resourcesIn(opened.yaml).map((keys) => [...subchartKeys(chart, path), ...keys]) : []
    }),
  )
  return [...new Map(found.flat().map((keys) => [keys.join('\0'), keys])).values()]
}

function resourcesIn({ documents }: YamlText): readonly (readonly string[])[] {
  const search = (node: Node | null, path: readonly string[]): readonly (readonly string[])[] => {
    if (!isMap(node)) return []
    return node.items.flatMap(({ key, value }) => {
      const keys = [...path, keyText(key)]
      const own =
        /resources$/i.test(keyText(key)) && (isMap(value) || value === null || isEmpty(value)) ? [keys] : []
      return [...own, ...search(value as Node | null, keys)]
    })
  }
  return documents.flatMap(({ contents }) => search(contents, []))
}

const isEmpty = (node: unknown): boolean => isScalar(node) && node.value === null
