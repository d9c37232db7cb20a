import type { Node } from 'yaml'
import { isMap, isScalar } from 'yaml'
import type { FieldAddress } from '../model/field.ts'
import { fieldKey, fieldUnit, isContainerField } from '../model/field.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { InsertSite, YamlPath } from '../model/site.ts'
import type { InputFile, RepositoryView } from '../model/source.ts'
import { sameValue } from '../model/value.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { keyText } from '../yaml/scalars.ts'
import { placeOf } from './kustomize-leaf.ts'
import type { TracedSource, TracePorts } from './trace-source.ts'
import { namespaceOf } from './trace-source.ts'

/** The values file that only this source has: the last of its stack, or the chart's own when it stands alone. */
const leafValues = (inputs: readonly InputFile[]): InputFile | undefined =>
  inputs.find(({ leaf, role }) => leaf && (role === 'values' || role === 'chart-values'))

/** The same key one layer up: where a value of a chart is overridden for one release. */
export async function helmOverride(
  site: { readonly file: string; readonly path: YamlPath },
  { source, inputs }: Pick<TracedSource, 'source' | 'inputs'>,
  view: RepositoryView,
): Promise<InsertSite | null> {
  const file = leafValues(inputs)
  const path = [...subchartKeys(source.path, site.file), ...site.path]
  // A list in a values file replaces the list below it: overriding one item would drop the others.
  if (file === undefined || path.some((step) => typeof step === 'number' || step === '|')) return null
  return insertSite(file.path, path, view)
}

/** The keys under which a parent chart holds the values of a vendored subchart; none for its own values. */
function subchartKeys(chart: string, file: string): readonly string[] {
  const prefix = chart === '.' ? '' : `${chart}/`
  if (!file.startsWith(prefix)) return []
  const inside = file.slice(prefix.length)
  return [...inside.matchAll(/(?:^|\/)charts\/([^/]+)(?=\/)/g)].map((match) => match[1] ?? '')
}

async function insertSite(file: string, path: YamlPath, view: RepositoryView): Promise<InsertSite | null> {
  const text = (await view.read(file))?.text
  const opened = text === undefined ? undefined : openYaml(file, text)
  if (!opened?.ok) return null
  return { kind: 'insert', file, ...placeOf(opened.yaml, 0, path), document: 0, path }
}

const probes = {
  'requests.cpu': '61',
  'requests.memory': '62',
  'limits.cpu': '63',
  'limits.memory': '64',
} as const

/**
 * Finds the values key that a template reads for a field it does not render now, by laying trial values under
 * every `resources` mapping of the stack and looking which one surfaces. One rendering.
 */
export async function helmProbe(
  address: FieldAddress,
  { source, inputs }: TracedSource,
  { view, renderer }: TracePorts,
): Promise<InsertSite | null> {
  const file = leafValues(inputs)
  if (file === undefined || !isContainerField(address.field) || !(address.field in probes)) return null
  const keys = await resourceKeys(source.path, inputs, view)
  const trials = keys.map((path, index) => ({ path, value: trialValue(address, index) }))
  if (trials.length === 0) return null
  const extraValues = JSON.stringify(nest(trials, address.field.split('.')))
  const { objects } = await renderer.render(source, view, { dyed: true, extraValues })
  const wanted = fieldKey(address)
  const surfaced = fieldsOf(objects, namespaceOf(source)).find((field) => fieldKey(field) === wanted)
  const hit = trials.find(({ value }) => surfaced && sameValue(address.field, surfaced.value, value))
  return hit === undefined ? null : insertSite(file.path, [...hit.path, ...address.field.split('.')], view)
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
  const files = inputs.filter(({ role }) => role === 'values' || role === 'chart-values')
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
