import { posix } from 'node:path'
import picomatch from 'picomatch'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import type { DirectSource, ReleaseSource, RepositoryView } from '../../plugin/model/source.ts'
import { findKustomization } from '../kustomize/file.ts'
import type { Declaration, Translated } from '../release/declaration.ts'
import { findDeclared } from '../release/find.ts'

/** What an Argo CD Application renders. https://argo-cd.readthedocs.io/en/stable/user-guide/ */
export const application: Declaration = {
  kind: 'Application',
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'Application' || !found.apiVersion.startsWith('argoproj.io/')) return []
    const { kind, name, namespace: own } = found
    return [{ object: { kind, name, namespace: own }, namespace: destination(object) ?? own }]
  },
  translate: async ({ source, objects, view }) => {
    const object = findDeclared(objects, source.object)
    return object && translateApplication(object, source, view)
  },
}

/** The namespace that the objects of an Application go to. */
export const destination = (object: JsonObject): string | undefined =>
  textOf(valueAt(object, ['spec', 'destination', 'namespace']))

/**
 * The chart, kustomization or directory of each of an Application's sources that lies in this repository, with the
 * options it gives. Values files win over the chart, `values` or `valuesObject` over files, parameters over all.
 */
export async function translateApplication(
  object: JsonObject,
  source: ReleaseSource,
  view: RepositoryView,
): Promise<Translated | undefined> {
  const own = [valueAt(object, ['spec', 'source']), ...listOf(valueAt(object, ['spec', 'sources']))]
  const shared = {
    id: source.id,
    namespace: destination(object) ?? 'default',
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
  }
  const name = textOf(valueAt(object, ['metadata', 'name'])) ?? source.object.name
  const parts = await Promise.all(
    own.map((one) => partOf(one, { shared, view, name, charts: source.charts })),
  )
  const found = parts.filter((part) => part !== undefined)
  return found.length === 0 ? undefined : { parts: found }
}

interface PartContext {
  readonly shared: Pick<DirectSource, 'id' | 'namespace' | 'cluster'>
  readonly view: RepositoryView
  readonly name: string
  readonly charts: string | undefined
}

async function partOf(source: Json | undefined, context: PartContext): Promise<DirectSource | undefined> {
  const { shared, view } = context
  const path = pathOf(source, context)
  if (path === undefined || (await view.kind(path)) !== 'directory') return undefined
  if ((await view.kind(posix.join(path, 'Chart.yaml'))) === 'file') return chartPart(source, path, context)
  if ((await findKustomization(view, path)) !== undefined) {
    const additions = additionsOf(valueAt(source, ['kustomize']))
    return { kind: 'kustomize', ...shared, path, ...(additions === undefined ? {} : { additions }) }
  }
  const directory = (key: string): string | undefined => textOf(valueAt(source, ['directory', key]))
  const [include, exclude] = [directory('include'), directory('exclude')]
  return {
    kind: 'plain',
    ...shared,
    path,
    recurse: valueAt(source, ['directory', 'recurse']) === true,
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  }
}

/** A path in this repository, or the place of a chart in the directory of charts. */
function pathOf(source: Json | undefined, { charts }: PartContext): string | undefined {
  const [path, chart] = [textOf(valueAt(source, ['path'])), textOf(valueAt(source, ['chart']))]
  if (chart !== undefined) return charts === undefined ? undefined : posix.join(charts, posix.basename(chart))
  // A source with a `ref` alone lends its files to others.
  return path === undefined
    ? undefined
    : posix
        .normalize(path)
        .replace(/^\.?\//, '')
        .replace(/\/$/, '') || '.'
}

const replaced = ['namePrefix', 'nameSuffix', 'namespace'] as const
const appended = ['patches', 'components'] as const

/** What the Kustomize options of an Application add; `undefined` without any that bear on sizes. */
function additionsOf(options: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(options)) return undefined
  const given = [...replaced, ...appended].flatMap((key) => {
    const value: Json | undefined = options[key]
    return value === undefined || value === '' ? [] : [[key, value] as const]
  })
  return given.length === 0 ? undefined : Object.fromEntries(given)
}

async function chartPart(
  source: Json | undefined,
  path: string,
  { shared, view, name, charts }: PartContext,
): Promise<DirectSource> {
  const helm = valueAt(source, ['helm'])
  const object = valueAt(helm, ['valuesObject'])
  const inline = object === undefined ? textOf(valueAt(helm, ['values'])) : JSON.stringify(object)
  const files = await Promise.all(
    listOf(valueAt(helm, ['valueFiles'])).map((file) => valuesFiles(textOf(file), { path, view, helm })),
  )
  const kubeVersion = textOf(valueAt(helm, ['kubeVersion']))
  return {
    kind: 'helm',
    ...shared,
    path,
    release: textOf(valueAt(helm, ['releaseName'])) ?? name,
    values: files.flat(),
    inlineValues: inline === undefined ? [] : [inline],
    parameters: listOf(valueAt(helm, ['parameters'])).flatMap((one) => {
      const [key, value] = [textOf(valueAt(one, ['name'])), valueAt(one, ['value'])]
      return key === undefined || value === undefined ? [] : [`${key}=${String(value)}`]
    }),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(charts === undefined ? {} : { charts }),
  }
}

interface FileContext {
  readonly path: string
  readonly view: RepositoryView
  readonly helm: Json | undefined
}

/** Relative to the chart, to the root with a leading `/`, or to a referenced source (`$ref/…`), taken to be this repository; a glob stands for the files it fits. */
async function valuesFiles(
  file: string | undefined,
  { path, view, helm }: FileContext,
): Promise<readonly string[]> {
  if (file === undefined || file.includes('://')) return []
  const root = /^(\$[^/]+)?\/(.*)$/.exec(file)
  const at = posix.normalize(root === null ? posix.join(path, file) : (root[2] ?? ''))
  if (/[*?[{]/.test(at)) return globbed(at, view)
  const mayMiss = valueAt(helm, ['ignoreMissingValueFiles']) === true
  return mayMiss && (await view.kind(at)) === undefined ? [] : [at]
}

async function globbed(glob: string, view: RepositoryView): Promise<readonly string[]> {
  const directory = posix.dirname(glob)
  if (/[*?[{]/.test(directory)) return []
  const fits = picomatch(posix.basename(glob))
  const entries = await view.list(directory)
  return entries
    .filter(({ kind, name }) => kind === 'file' && fits(name))
    .map(({ name }) => posix.join(directory, name))
}
