import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { ReleaseSource } from '../../plugin/model/source.ts'
import type { WantedChart } from '../../plugin/model/store.ts'
import { chartFinder } from '../elsewhere/chart-finder.ts'
import { assignmentsIn } from '../helm/assignments.ts'
import type { HelmSource } from '../helm/source.ts'
import type { DeclaringKind } from '../release/declaring-kind.ts'

/** Whether helmfile reads a file by default. */
const isHelmfile = (path: string): boolean => /(^|\/)helmfile(\.d\/[^/]+)?\.ya?ml$/.test(path)

/**
 * What a release of a helmfile renders: its chart with its values (files and mappings in order), then what it sets.
 * https://helmfile.readthedocs.io/en/latest/#configuration
 */
export const helmfileRelease: DeclaringKind = {
  kind: 'Helmfile',
  mayBeIn: (path, text) => isHelmfile(path) && /^releases:/m.test(text),
  // Its paths are relative to the file.
  computesPaths: (text) => /^releases:/m.test(text),
  valuesAt: (release) => {
    const layers = listOf(release['values'])
    const last = layers.length - 1
    return isJsonObject(layers[last])
      ? { path: ['values', last], written: true }
      : { path: ['values', layers.length], written: false }
  },
  patchesAt: () => undefined,
  handsOn: () => false,
  configMaps: () => [],
  entriesIn: (document) =>
    listOf(valueAt(document, ['releases'])).flatMap((release, index) => {
      const name = textOf(valueAt(release, ['name']))
      return isJsonObject(release) && name !== undefined
        ? [{ name, path: ['releases', index], object: release }]
        : []
    }),
  declares: async (object, { path }) => {
    if (!isHelmfile(path)) return []
    return releasesOf(object).flatMap((release) => {
      const name = textOf(valueAt(release, ['name']))
      const namespace = textOf(valueAt(release, ['namespace'])) ?? 'default'
      if (name === undefined || valueAt(release, ['installed']) === false) return []
      return [{ object: { kind: 'Helmfile', name, namespace }, namespace }]
    })
  },
  translate: async ({ source, objects, view, elsewhere }) => {
    const { name, namespace } = source.declaredBy
    const release = objects
      .flatMap(releasesOf)
      .find(
        (one) =>
          textOf(valueAt(one, ['name'])) === name &&
          (textOf(valueAt(one, ['namespace'])) ?? 'default') === namespace,
      )
    const home = posix.dirname(source.path)
    const chart = textOf(valueAt(release, ['chart']))
    if (release === undefined || chart === undefined) return undefined
    const local = /^\.{1,2}\//.test(chart)
    const path = local
      ? posix.join(home, chart)
      : await chartFinder(source, view, elsewhere)(chartOf(release, chart, objects))
    if (path === undefined || path.startsWith('..') || (await view.kind(path)) !== 'directory')
      return undefined
    return { parts: [chartSource(release, { path, home, source })] }
  },
}

/** The chart `REPOSITORY/NAME` of a release; its repository is empty where `repositories` has none of that name. */
function chartOf(release: Json, chart: string, objects: readonly JsonObject[]): WantedChart {
  const cut = chart.indexOf('/')
  const all = objects.flatMap((object) => listOf(object['repositories']))
  const found = all.find((one) => textOf(valueAt(one, ['name'])) === chart.slice(0, cut))
  const url = textOf(valueAt(found, ['url'])) ?? ''
  const isRegistry = valueAt(found, ['oci']) === true && !url.includes('://')
  const version = textOf(valueAt(release, ['version']))
  if (chart.startsWith('oci://')) {
    const end = chart.lastIndexOf('/')
    return {
      repository: chart.slice(0, end),
      name: chart.slice(end + 1),
      ...(version === undefined ? {} : { version }),
    }
  }
  return {
    repository: isRegistry ? `oci://${url}` : url,
    name: chart.slice(cut + 1),
    ...(version === undefined ? {} : { version }),
  }
}

const releasesOf = (object: JsonObject): readonly Json[] => listOf(object['releases'])

interface ChartContext {
  readonly path: string
  readonly home: string
  readonly source: ReleaseSource
}

function chartSource(release: Json, { path, home, source }: ChartContext): HelmSource {
  const layers = listOf(valueAt(release, ['values']))
  const files = layers.flatMap((layer) => textOf(layer) ?? [])
  const template = files.find((file) => file.endsWith('.gotmpl') || file.includes('{{'))
  if (template !== undefined) {
    throw stop('source.render', `${template} is a template, which only helmfile evaluates`, {
      place: { file: posix.join(home, template) },
      hint: 'Add the release to sources with its chart and the values files that are plain YAML.',
    })
  }
  const inline = layers.map((layer, index) => ({ layer, index })).filter(({ layer }) => isJsonObject(layer))
  return {
    kind: 'helm',
    id: source.id,
    path,
    release: source.declaredBy.name,
    namespace: source.declaredBy.namespace,
    values: files.map((file) => posix.join(home, file)),
    inlineValues: inline.map(({ layer }) => JSON.stringify(layer)),
    filesBeforeInline: inline.map(({ index }) => layers.slice(0, index).filter(textOf).length),
    parameters: assignmentsIn(valueAt(release, ['set'])),
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
    ...(source.charts === undefined ? {} : { charts: source.charts }),
  }
}
