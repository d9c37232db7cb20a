import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { HelmSource } from '../../plugin/model/source.ts'
import type { Declaration } from '../release/declaration.ts'

/** True for a file that helmfile reads by itself. */
export const isHelmfile = (path: string): boolean => /(^|\/)helmfile(\.d\/[^/]+)?\.ya?ml$/.test(path)

/**
 * A release of a helmfile: its chart with its values, files and mappings in order, then what it sets.
 * https://helmfile.readthedocs.io/en/latest/#configuration
 */
export const helmfileRelease: Declaration = {
  kind: 'Helmfile',
  declares: async (object, { path }) => {
    if (!isHelmfile(path)) return []
    return releasesOf(object).flatMap((release) => {
      const name = textOf(valueAt(release, ['name']))
      const namespace = textOf(valueAt(release, ['namespace'])) ?? 'default'
      if (name === undefined || valueAt(release, ['installed']) === false) return []
      return [{ object: { kind: 'Helmfile', name, namespace }, namespace }]
    })
  },
  translate: async ({ source, objects, view }) => {
    const { name, namespace } = source.object
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
    if (!local && source.charts === undefined) return undefined
    const path = local ? posix.join(home, chart) : posix.join(source.charts ?? '', posix.basename(chart))
    if (path.startsWith('..') || (await view.kind(path)) !== 'directory') return undefined
    return { parts: [chartSource(release, { path, home, source })] }
  },
}

const releasesOf = (object: JsonObject): readonly Json[] => listOf(object['releases'])

interface Place {
  readonly path: string
  readonly home: string
  readonly source: {
    readonly id: string
    readonly cluster?: string
    readonly object: { readonly name: string; readonly namespace: string }
    readonly charts?: string
  }
}

function chartSource(release: Json, { path, home, source }: Place): HelmSource {
  const layers = listOf(valueAt(release, ['values']))
  const files = layers.flatMap((layer) => textOf(layer) ?? [])
  const template = files.find((file) => file.endsWith('.gotmpl'))
  if (template !== undefined) {
    throw stop('source.render', `${template} is a template that helmfile evaluates; it is not followed`, {
      place: { file: posix.join(home, template) },
      hint: 'Name the release as a source of its own, with the values files that are plain YAML.',
    })
  }
  return {
    kind: 'helm',
    id: source.id,
    path,
    release: source.object.name,
    namespace: source.object.namespace,
    values: files.map((file) => posix.join(home, file)),
    inlineValues: layers.flatMap((layer) => (isJsonObject(layer) ? [JSON.stringify(layer)] : [])),
    parameters: listOf(valueAt(release, ['set'])).flatMap((one) => {
      const [name, value] = [textOf(valueAt(one, ['name'])), valueAt(one, ['value'])]
      return name === undefined || value === undefined ? [] : [`${name}=${String(value)}`]
    }),
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
    ...(source.charts === undefined ? {} : { charts: source.charts }),
  }
}
