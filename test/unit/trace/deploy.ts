import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import { isJsonObject, listOf, textOf, valueAt } from '../../../plugin/model/json.ts'
import { identify } from '../../../plugin/model/manifest.ts'
import type { Source } from '../../../plugin/model/source.ts'
import type { DeclaringKind, TranslationContext } from '../../../renderers/release/declaring-kind.ts'
import { hasObjectOf } from '../../../renderers/release/declaring-kind.ts'
import { findDeclaring } from '../../../renderers/release/find.ts'
import type { ChartSource } from './chart.ts'
import type { StackSource } from './stack.ts'

/** What the object says is rendered: a chart at `spec.chart` with `spec.values`, or a stack at `spec.stack` with `spec.patches`. */
function partsOf(object: JsonObject, { source }: TranslationContext): readonly Source[] {
  const [chart, stack] = [
    textOf(valueAt(object, ['spec', 'chart'])),
    textOf(valueAt(object, ['spec', 'stack'])),
  ]
  const shared = { id: source.id, ...(source.namespace === undefined ? {} : { namespace: source.namespace }) }
  if (chart !== undefined) {
    const path = source.charts === undefined ? chart : `${source.charts}/${chart}`
    const files = listOf(valueAt(object, ['spec', 'files'])).flatMap((file) => textOf(file) ?? [])
    const part: ChartSource = { kind: 'chart', ...shared, path, values: files, inline: inlineOf(object) }
    return [part]
  }
  if (stack === undefined) return []
  const patches = listOf(valueAt(object, ['spec', 'patches'])).flatMap(
    (one) => textOf(valueAt(one, ['patch'])) ?? [],
  )
  const part: StackSource = { kind: 'stack', ...shared, path: stack, patches }
  return [part]
}

/** The values in the object as YAML texts: a mapping, a text, or a list of mappings, and `valuesObject` over them. */
function inlineOf(object: JsonObject): readonly string[] {
  const [values, over] = [valueAt(object, ['spec', 'values']), valueAt(object, ['spec', 'valuesObject'])]
  const texts = typeof values === 'string' ? [values] : listOf(values).map((one) => stringify(one))
  return [
    ...(isJsonObject(values) ? [stringify(values)] : texts),
    ...(over === undefined ? [] : [stringify(over)]),
  ]
}

function valuesAt(object: JsonObject) {
  if (valueAt(object, ['spec', 'stack']) !== undefined) return undefined
  if (valueAt(object, ['spec', 'valuesObject']) !== undefined)
    return { path: ['spec', 'valuesObject'], written: true }
  const values = valueAt(object, ['spec', 'values'])
  if (typeof values === 'string') return { path: ['spec', 'values', '|'], written: true }
  if (Array.isArray(values)) return { path: ['spec', 'values', values.length - 1], written: true }
  return { path: ['spec', 'values'], written: values !== undefined }
}

/** A toy object that declares one source. */
export const deploy: DeclaringKind = {
  kind: 'Deploy',
  mayBeIn: hasObjectOf('Deploy'),
  computesPaths: (text) => text.includes('$('),
  valuesAt,
  patchesAt: (object) => (valueAt(object, ['spec', 'chart']) === undefined ? ['spec', 'patches'] : undefined),
  handsOn: (path) => path[1] === 'values',
  configMaps: () => [],
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'Deploy') return []
    return [
      {
        object: { kind: 'Deploy', name: found.name, namespace: found.namespace },
        namespace: found.namespace,
      },
    ]
  },
  translate: async (context) => {
    const object = findDeclaring(context.objects, context.source.declaredBy)
    const parts = object && partsOf(object, context)
    return parts === undefined || parts.length === 0 ? undefined : { parts }
  },
}

/** A toy list that is no Kubernetes object: a file `deploys.yaml` with `deploys: [{name, spec}]`. */
export const deployList: DeclaringKind = {
  ...deploy,
  kind: 'DeployList',
  mayBeIn: (path) => path.endsWith('deploys.yaml'),
  declares: async (object, { namespace }) =>
    entriesIn(object).map(({ name }) => ({ object: { kind: 'DeployList', name, namespace }, namespace })),
  entriesIn,
  translate: async (context) => {
    const entries = context.objects.flatMap(entriesIn)
    const entry = entries.find(({ name }) => name === context.source.declaredBy.name)
    return entry && { parts: partsOf(entry.object, context) }
  },
}

function entriesIn(document: Json) {
  if (!isJsonObject(document)) return []
  return listOf(document['deploys']).flatMap((entry, index) => {
    const name = textOf(valueAt(entry, ['name']))
    return name === undefined || !isJsonObject(entry)
      ? []
      : [{ name, path: ['deploys', index], object: entry }]
  })
}
