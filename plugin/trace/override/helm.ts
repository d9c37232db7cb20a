import type { Node } from 'yaml'
import { isMap, isScalar } from 'yaml'
import type { FieldAddress } from '../../model/field.ts'
import { fieldKey, fieldUnit } from '../../model/field.ts'
import { fieldsOf } from '../../model/manifest.ts'
import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { InputFile, RepositoryView, Source } from '../../model/source.ts'
import { sameValue } from '../../model/value.ts'
import type { YamlText } from '../../yaml/open.ts'
import { keyText } from '../../yaml/scalars.ts'
import type { Candidate } from '../dye/candidate.ts'
import type { TracedSource, TracePorts } from '../dye/trace-source.ts'
import { namespaceOf } from '../dye/trace-source.ts'
import { yamlInView } from '../yaml-in-view.ts'
import { placeOf, stands } from './kustomize.ts'
import { releaseValuesPath } from './release.ts'
import { subchartKeys } from './subcharts.ts'

/** What a leaf is looked for in: a source with its files, and which of those others read too. */
export interface OverrideLayer {
  readonly source: Source
  readonly inputs: readonly InputFile[]
  readonly isShared: (file: string) => boolean
}

/** The directory of the chart that a source renders; `undefined` when it renders none. */
export const chartOf = ({ inputs }: Pick<TracedSource, 'inputs'>): string | undefined =>
  inputs
    .filter(({ at, above }) => above === undefined && /(^|\/)Chart\.yaml$/.test(at))
    .map(({ at }) => at.slice(0, -'/Chart.yaml'.length) || '.')
    .sort((a, b) => a.length - b.length)[0]

/** The same key one layer up: where a value of a chart is overridden for one release alone. */
export async function helmOverride(
  candidate: Candidate,
  { field, traced, place, ports }: OverrideQuestion,
): Promise<InsertSite | null> {
  const all = (await valuesKeys(candidate, place, ports.view)).filter(
    // A list in a values file replaces the list below it: overriding one item would drop the others.
    (keys) => !keys.some((step) => typeof step === 'number'),
  )
  if (all.length <= 1 || traced.source !== place.source)
    return all[0] === undefined ? null : placeValue(all[0], place, ports.view)
  // One subchart under several aliases: a trial under each tells which of them is this one.
  const trials = all.map((keys, index) => ({ path: keys.map(String), value: trialValue(field, index) }))
  const hit = await tryValues(field, trials, { traced, ports })
  return hit === undefined ? null : placeValue(hit.path, place, ports.view)
}

interface OverrideQuestion {
  readonly field: FieldAddress
  readonly traced: TracedSource
  readonly place: OverrideLayer
  readonly ports: TracePorts
}

/** The paths of a candidate in the values of the top chart: several when its chart has several aliases. */
async function valuesKeys(
  { file, path, role }: Candidate,
  { inputs }: OverrideLayer,
  view: RepositoryView,
): Promise<readonly YamlPath[]> {
  if (role === 'values') return [path]
  if (role === 'chart-values' || role === 'external') {
    const prefixes = await subchartKeys(chartOf({ inputs }) ?? '.', file, { inputs, view })
    return prefixes.map((prefix) => [...prefix, ...path])
  }
  const start = path.findIndex((step) => step === 'values' || step === 'valuesObject')
  const inside = path.slice(start + 1).filter((step) => step !== '|')
  // A helmfile lists its layers of values.
  return [typeof inside[0] === 'number' ? inside.slice(1) : inside]
}

/**
 * Where a values key is written for one source: among the values in the object that declares the release, if it has
 * any; else in the last values file, if that is its own; else as new values in the object.
 */
async function placeValue(
  keys: YamlPath,
  { source, inputs, isShared }: OverrideLayer,
  view: RepositoryView,
): Promise<InsertSite | null> {
  const inObject = (only: 'written' | 'any') =>
    source.kind === 'release' ? releaseValuesPath(keys, { source, inputs, only }, view) : null
  const written = await inObject('written')
  if (written !== null) return written
  const file = inputs.find(
    ({ leaf, role, above }) => leaf && above === undefined && (role === 'values' || role === 'chart-values'),
  )?.path
  const isOwn = file !== undefined && (source.kind !== 'release' || !isShared(file))
  return (isOwn ? await inFile(keys, file, view) : null) ?? inObject('any')
}

async function inFile(keys: YamlPath, file: string, view: RepositoryView): Promise<InsertSite | null> {
  const yaml = await yamlInView(file, view)
  if (yaml === undefined || stands(yaml, 0, keys)) return null
  return { kind: 'insert', file, ...placeOf(yaml, 0, keys), document: 0, path: keys }
}

const probed: readonly string[] = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

/**
 * Finds the values key that a template reads for a field it does not render now, by laying trial values under
 * every `resources` mapping of the stack and looking which one surfaces. One rendering.
 */
export async function helmProbe(
  address: FieldAddress,
  { traced, place, ports }: Omit<OverrideQuestion, 'field'>,
): Promise<InsertSite | null> {
  if (!probed.includes(address.field)) return null
  const keys = await resourceKeys(chartOf(traced) ?? '.', traced.inputs, ports.view)
  const inner = address.field.split('.')
  const trials = keys.map((path, index) => ({
    path: [...path, ...inner],
    value: trialValue(address, index),
  }))
  const hit = await tryValues(address, trials, { traced, ports })
  return hit === undefined ? null : placeValue(hit.path, place, ports.view)
}

/** Lays trial values over the stack and tells which one surfaces in a field. One rendering. */
async function tryValues(
  address: FieldAddress,
  trials: readonly Trial[],
  { traced: { source }, ports: { view, renderer } }: Pick<OverrideQuestion, 'traced' | 'ports'>,
): Promise<Trial | undefined> {
  if (trials.length === 0) return undefined
  const extraValues = JSON.stringify(nest(trials))
  const { objects } = await renderer.render(source, view, { dyed: true, extraValues })
  const wanted = fieldKey(address)
  const surfaced = fieldsOf(objects, namespaceOf(source)).find((field) => fieldKey(field) === wanted)
  return trials.find(({ value }) => surfaced && sameValue(address.field, surfaced.value, value))
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

function nest(trials: readonly Trial[]): Tree {
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

/** Paths of every mapping called `resources` (or ending so) in the stack of values, as seen from the top chart. */
async function resourceKeys(
  chart: string,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<readonly (readonly string[])[]> {
  const files = inputs.filter(
    ({ role, above }) =>
      above === undefined && (role === 'values' || role === 'chart-values' || role === 'external'),
  )
  const found = await Promise.all(
    files.map(async ({ path }) => {
      const yaml = await yamlInView(path, view)
      if (yaml === undefined) return []
      const prefixes = await subchartKeys(chart, path, { inputs, view })
      return prefixes.flatMap((prefix) => resourcesIn(yaml).map((keys) => [...prefix, ...keys]))
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
