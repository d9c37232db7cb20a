import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import type { HelmSource } from '../helm/source.ts'
import { withDifferences, withLive } from '../live/with-live.ts'
import type { DeclaringKind, TranslationContext } from '../release/declaring-kind.ts'
import { hasObjectOf } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import { type ChartPlace, chartPlace } from './chart-place.ts'
import { rolloutOf } from './rollout.ts'

const at = (object: Json | undefined, ...path: readonly (string | number)[]): string | undefined =>
  textOf(valueAt(object, path))

/**
 * What a HelmRelease renders: its chart with the values of the ConfigMaps in `valuesFrom`, then values with a `targetPath`,
 * then its own values, then post-renderers. https://fluxcd.io/flux/components/helm/helmreleases/
 */
export const helmRelease: DeclaringKind = {
  kind: 'HelmRelease',
  mayBeIn: hasObjectOf('HelmRelease'),
  valuesAt: () => ({ path: ['spec', 'values'], written: true }),
  patchesAt: () => undefined,
  postRenderPatchesAt: (object) => {
    const steps = listOf(valueAt(object, ['spec', 'postRenderers']))
    const last = steps.findLastIndex((one) => valueAt(one, ['kustomize']) !== undefined)
    return ['spec', 'postRenderers', last === -1 ? steps.length : last, 'kustomize', 'patches']
  },
  handsOn: (path) =>
    path[0] === 'spec' && ['values', 'valuesFrom', 'postRenderers'].some((key) => path[1] === key),
  configMaps: (object) =>
    listOf(valueAt(object, ['spec', 'valuesFrom'])).flatMap((one) => at(one, 'name') ?? []),
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'HelmRelease' || !found.apiVersion.startsWith('helm.toolkit.fluxcd.io/')) return []
    const { kind, name, namespace: own } = found
    return [
      { object: { kind, name, namespace: own }, namespace: at(object, 'spec', 'targetNamespace') ?? own },
    ]
  },
  translate: async (context) => {
    const { declaredBy } = context.source
    const declared = findDeclaring(context.objects, declaredBy)
    if (declared === undefined) return undefined
    const base = findDeclaring(await context.base(), declaredBy)
    const name = `HelmRelease ${declaredBy.name}`
    const { object: release, differences } = withLive(
      { ...declaredBy, object: declared, base },
      context,
      decisive,
    )
    const { differs, ...place } = await chartPlace(release, context)
    const part = chartSource(release, place, context)
    const patches = listOf(valueAt(release, ['spec', 'postRenderers'])).map((one) =>
      valueAt(one, ['kustomize']),
    )
    const postRender = merged(patches.filter(isJsonObject))
    const rollout = withDifferences(
      rolloutOf(release),
      differs === undefined ? differences : [...differences, differs],
      name,
    )
    return { parts: [part], rollout, ...(postRender === undefined ? {} : { postRender }) }
  },
}

/** What decides the rendering of a HelmRelease. */
const decisive = [
  'values',
  'valuesFrom',
  'chart',
  'chartRef',
  'postRenderers',
  'suspend',
  'interval',
  'releaseName',
  'targetNamespace',
] as const

/** Several post-renderers as one kustomization, with their lists joined in order; `undefined` without any. */
function merged(steps: readonly JsonObject[]): JsonObject | undefined {
  const lists = (key: string): readonly Json[] => steps.flatMap((step) => listOf(step[key]))
  const found = ['patches', 'images', 'patchesStrategicMerge', 'patchesJson6902'].flatMap((key) => {
    const items = lists(key)
    return items.length === 0 ? [] : [[key, items] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function chartSource(
  release: JsonObject,
  { path, valuesFiles, ...located }: ChartPlace,
  { objects, source }: TranslationContext,
): HelmSource {
  const target = at(release, 'spec', 'targetNamespace')
  const { name } = source.declaredBy
  const own = valueAt(release, ['spec', 'values'])
  const from = valuesFrom(release, objects)
  return {
    kind: 'helm',
    id: source.id,
    path,
    release: at(release, 'spec', 'releaseName') ?? (target === undefined ? name : `${target}-${name}`),
    namespace: target ?? source.declaredBy.namespace,
    values: valuesFiles,
    ...(valuesFiles.length === 0 ? {} : { replacesDefaults: true }),
    inlineValues: [...from.texts, ...(own === undefined ? [] : [JSON.stringify(own)])],
    // Helm would let these win over all values.
    parameters: from.targeted.flatMap(({ target, text }) =>
      valueAt(own, keysOf(target)) === undefined ? [`${target}=${text.trim()}`] : [],
    ),
    ...(from.unread.length === 0
      ? {}
      : { frozen: `${from.unread.join(' and ')}, which is not read, may set other values` }),
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
    ...(source.charts === undefined ? {} : { charts: source.charts }),
    ...located,
  }
}

/** The keys of a path such as `a.b\\.c`. */
const keysOf = (path: string): readonly string[] =>
  path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))

/** The values in ConfigMaps that are rendered with the release, whole or for one key. A hash may follow the name. */
function valuesFrom(release: JsonObject, objects: readonly JsonObject[]) {
  const references = listOf(valueAt(release, ['spec', 'valuesFrom'])).map((reference) => {
    const [kind, name] = [at(reference, 'kind') ?? '', at(reference, 'name') ?? '']
    const map = objects.find((object) => object['kind'] === 'ConfigMap' && isNamed(object, name))
    const text =
      kind === 'ConfigMap' ? at(map, 'data', at(reference, 'valuesKey') ?? 'values.yaml') : undefined
    return { kind, name, text, target: at(reference, 'targetPath') }
  })
  return {
    texts: references.flatMap(({ text, target }) =>
      text === undefined || target !== undefined ? [] : [text],
    ),
    targeted: references.flatMap(({ text, target }) =>
      text === undefined || target === undefined ? [] : [{ text, target }],
    ),
    unread: references.flatMap(({ kind, name, text }) => (text === undefined ? [`${kind} ${name}`] : [])),
  }
}

const isNamed = (object: JsonObject, name: string): boolean => {
  const actual = at(object, 'metadata', 'name') ?? ''
  return (
    actual === name || (actual.startsWith(`${name}-`) && /^[a-z0-9]{10}$/.test(actual.slice(name.length + 1)))
  )
}
