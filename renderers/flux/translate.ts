import { posix } from 'node:path'
import type { Json, JsonObject } from '../../plugin/model/json.ts'
import { valueAt } from '../../plugin/model/json.ts'
import type { DirectSource, ReleaseSource } from '../../plugin/model/source.ts'

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * What a HelmRelease renders: its chart with the values of `valuesFrom` ConfigMaps and then its own.
 * https://fluxcd.io/flux/components/helm/helmreleases/
 */
export function translateHelmRelease(
  release: JsonObject,
  objects: readonly JsonObject[],
  source: ReleaseSource,
): DirectSource | undefined {
  const chart =
    text(valueAt(release, ['spec', 'chart', 'spec', 'chart'])) ?? referencedChart(release, objects)
  if (chart === undefined) return undefined
  const inRepository = valueAt(release, ['spec', 'chart', 'spec', 'sourceRef', 'kind']) === 'GitRepository'
  if (!inRepository && source.charts === undefined) return undefined
  const { name } = source.object
  const namespace = text(valueAt(release, ['spec', 'targetNamespace'])) ?? source.object.namespace
  const prefix = text(valueAt(release, ['spec', 'targetNamespace']))
  const own = valueAt(release, ['spec', 'values'])
  return {
    kind: 'helm',
    id: source.id,
    path: inRepository
      ? posix.normalize(chart).replace(/^\.?\//, '')
      : posix.join(source.charts ?? '', posix.basename(chart)),
    release:
      text(valueAt(release, ['spec', 'releaseName'])) ?? (prefix === undefined ? name : `${prefix}-${name}`),
    namespace,
    values: [],
    inlineValues: [...valuesFrom(release, objects), ...(own === undefined ? [] : [JSON.stringify(own)])],
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
  }
}

/** The name of the chart behind a `chartRef`: the last part of the OCIRepository's URL. */
function referencedChart(release: JsonObject, objects: readonly JsonObject[]): string | undefined {
  const name = text(valueAt(release, ['spec', 'chartRef', 'name']))
  const repository = objects.find(
    (object) => object['kind'] === 'OCIRepository' && valueAt(object, ['metadata', 'name']) === name,
  )
  return text(valueAt(repository, ['spec', 'url'])) ?? name
}

/** The texts of ConfigMaps that stand beside the release; a generator's hash may follow the name. */
function valuesFrom(release: JsonObject, objects: readonly JsonObject[]): readonly string[] {
  const references = valueAt(release, ['spec', 'valuesFrom'])
  if (!Array.isArray(references)) return []
  return references.flatMap((reference: Json) => {
    const name = text(valueAt(reference, ['name']))
    if (
      name === undefined ||
      valueAt(reference, ['kind']) !== 'ConfigMap' ||
      valueAt(reference, ['targetPath']) !== undefined
    )
      return []
    const key = text(valueAt(reference, ['valuesKey'])) ?? 'values.yaml'
    const map = objects.find((object) => object['kind'] === 'ConfigMap' && isNamed(object, name))
    return text(valueAt(map, ['data', key])) ?? []
  })
}

const isNamed = (object: JsonObject, name: string): boolean => {
  const actual = text(valueAt(object, ['metadata', 'name'])) ?? ''
  return (
    actual === name ||
    new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}-[a-z0-9]{10}$`).test(actual)
  )
}
