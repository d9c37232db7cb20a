import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import type { HelmSource, ReleaseSource } from '../../plugin/model/source.ts'
import type { Declaration } from '../release/declaration.ts'
import { findDeclared } from '../release/find.ts'

const at = (object: Json | undefined, ...path: readonly (string | number)[]): string | undefined =>
  textOf(valueAt(object, path))

/**
 * What a HelmRelease renders: its chart with the values of `valuesFrom` ConfigMaps and then its own; `targetPath` values
 * and post-renderers come last. https://fluxcd.io/flux/components/helm/helmreleases/
 */
export const helmRelease: Declaration = {
  kind: 'HelmRelease',
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'HelmRelease' || !found.apiVersion.startsWith('helm.toolkit.fluxcd.io/')) return []
    const { kind, name, namespace: own } = found
    return [
      { object: { kind, name, namespace: own }, namespace: at(object, 'spec', 'targetNamespace') ?? own },
    ]
  },
  translate: async ({ source, objects }) => {
    const release = findDeclared(objects, source.object)
    const path = release && chartPath(release, { objects, charts: source.charts })
    if (release === undefined || path === undefined) return undefined
    const part = chartSource(release, { objects, source, path })
    const patches = listOf(valueAt(release, ['spec', 'postRenderers'])).map((one) =>
      valueAt(one, ['kustomize']),
    )
    const postRender = merged(patches.filter(isJsonObject))
    return { parts: [part], ...(postRender === undefined ? {} : { postRender }) }
  },
}

/** Several post-renderers as one kustomization: their lists in order. */
function merged(steps: readonly JsonObject[]): JsonObject | undefined {
  const lists = (key: string): readonly Json[] => steps.flatMap((step) => listOf(step[key]))
  const found = ['patches', 'images', 'patchesStrategicMerge', 'patchesJson6902'].flatMap((key) => {
    const items = lists(key)
    return items.length === 0 ? [] : [[key, items] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

interface Beside {
  readonly objects: readonly JsonObject[]
  readonly charts: string | undefined
}

/** The chart's directory: in this repository for a GitRepository, else in the directory of charts. */
function chartPath(release: JsonObject, { objects, charts }: Beside): string | undefined {
  const chart = at(release, 'spec', 'chart', 'spec', 'chart') ?? referencedChart(release, objects)
  if (chart === undefined) return undefined
  const inRepository = at(release, 'spec', 'chart', 'spec', 'sourceRef', 'kind') === 'GitRepository'
  if (inRepository) return posix.normalize(chart).replace(/^\.?\//, '')
  return charts === undefined ? undefined : posix.join(charts, posix.basename(chart))
}

function chartSource(
  release: JsonObject,
  { objects, source, path }: { objects: readonly JsonObject[]; source: ReleaseSource; path: string },
): HelmSource {
  const target = at(release, 'spec', 'targetNamespace')
  const { name } = source.object
  const own = valueAt(release, ['spec', 'values'])
  const from = valuesFrom(release, objects)
  const files = listOf(valueAt(release, ['spec', 'chart', 'spec', 'valuesFiles'])).flatMap(
    (file) => textOf(file) ?? [],
  )
  return {
    kind: 'helm',
    id: source.id,
    path,
    release: at(release, 'spec', 'releaseName') ?? (target === undefined ? name : `${target}-${name}`),
    namespace: target ?? source.object.namespace,
    values: files.map((file) => posix.join(path, file)),
    inlineValues: [...from.texts, ...(own === undefined ? [] : [JSON.stringify(own)])],
    parameters: from.targeted,
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
    ...(source.charts === undefined ? {} : { charts: source.charts }),
  }
}

/** The name of the chart behind a `chartRef`: the last part of the OCIRepository's URL. */
function referencedChart(release: JsonObject, objects: readonly JsonObject[]): string | undefined {
  const name = at(release, 'spec', 'chartRef', 'name')
  const repository = objects.find(
    (object) => object['kind'] === 'OCIRepository' && at(object, 'metadata', 'name') === name,
  )
  return at(repository, 'spec', 'url') ?? name
}

/** The texts of ConfigMaps that stand beside the release (a generator's hash may follow the name), whole or for one key. */
function valuesFrom(release: JsonObject, objects: readonly JsonObject[]) {
  const found = listOf(valueAt(release, ['spec', 'valuesFrom'])).flatMap((reference) => {
    const name = at(reference, 'name')
    if (name === undefined || at(reference, 'kind') !== 'ConfigMap') return []
    const map = objects.find((object) => object['kind'] === 'ConfigMap' && isNamed(object, name))
    const text = at(map, 'data', at(reference, 'valuesKey') ?? 'values.yaml')
    return text === undefined ? [] : [{ text, target: at(reference, 'targetPath') }]
  })
  return {
    texts: found.flatMap(({ text, target }) => (target === undefined ? [text] : [])),
    targeted: found.flatMap(({ text, target }) => (target === undefined ? [] : [`${target}=${text.trim()}`])),
  }
}

const isNamed = (object: JsonObject, name: string): boolean => {
  const actual = at(object, 'metadata', 'name') ?? ''
  return (
    actual === name || (actual.startsWith(`${name}-`) && /^[a-z0-9]{10}$/.test(actual.slice(name.length + 1)))
  )
}
