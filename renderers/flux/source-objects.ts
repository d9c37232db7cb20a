import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { parseDocuments } from '../../plugin/yaml/parse.ts'
import { sharedSteps } from '../origin/flux-repository.ts'

/** An object of Flux's source controller that another one refers to. */
export interface SourceObjectName {
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** Where a source object is looked up. */
export interface SourceObjectPlace {
  /** The objects rendered together with the one that refers to it. */
  readonly objects: readonly JsonObject[]
  readonly view: RepositoryView
  /** Path of the file or directory that refers to it. */
  readonly near: string
}

/**
 * The object with a kind, name and namespace: among those that are rendered together, else in the files of the repository
 * that are nearest. A file whose object has no namespace counts for every namespace. `undefined` where there is none, or
 * where several that are equally near lead to different places.
 */
export async function findSourceObject(
  wanted: SourceObjectName,
  { objects, view, near }: SourceObjectPlace,
): Promise<JsonObject | undefined> {
  const beside = objects.find((object) => isNamed(object, wanted) && fits(object, wanted))
  if (beside !== undefined) return beside
  const named = (await allOf(view.origin)).filter(({ object }) => isNamed(object, wanted))
  const exact = named.filter(({ object }) => namespaceIn(object) === wanted.namespace)
  const fitting = exact.length > 0 ? exact : named.filter(({ object }) => fits(object, wanted))
  const closest = fitting.reduce((most, { file }) => Math.max(most, sharedSteps(file, near)), 0)
  const [first, ...more] = fitting.filter(({ file }) => sharedSteps(file, near) === closest)
  const isSame = more.every(({ object }) => placeIn(object) === placeIn(first?.object))
  return isSame ? first?.object : undefined
}

/** What an object leads to, as a text to compare. */
const placeIn = (object: JsonObject | undefined): string =>
  JSON.stringify(
    ['url', 'ref', 'layerSelector', 'chart', 'version'].map((key) => valueAt(object, ['spec', key]) ?? null),
  )

const namespaceIn = (object: JsonObject): string | undefined =>
  textOf(valueAt(object, ['metadata', 'namespace']))

const isNamed = (object: JsonObject, { kind, name }: SourceObjectName): boolean =>
  object['kind'] === kind && textOf(valueAt(object, ['metadata', 'name'])) === name

const fits = (object: JsonObject, { namespace }: SourceObjectName): boolean =>
  (namespaceIn(object) ?? namespace) === namespace

interface WrittenObject {
  readonly file: string
  readonly object: JsonObject
}

const known = new WeakMap<RepositoryView, Promise<readonly WrittenObject[]>>()

/** The source objects in all files of a view, read once. */
function allOf(view: RepositoryView): Promise<readonly WrittenObject[]> {
  const found = known.get(view) ?? below(view, '.')
  known.set(view, found)
  return found
}

async function below(view: RepositoryView, directory: string): Promise<readonly WrittenObject[]> {
  const entries = await view.list(directory)
  const found = await inParallel(entries, async ({ name, kind }): Promise<readonly WrittenObject[]> => {
    const path = directory === '.' ? name : `${directory}/${name}`
    if (kind === 'directory') return below(view, path)
    return kind === 'file' && /\.ya?ml$/.test(name) ? objectsIn(view, path) : []
  })
  return found.flat()
}

async function objectsIn(view: RepositoryView, path: string): Promise<readonly WrittenObject[]> {
  const text = new TextDecoder().decode(await view.bytes(path))
  if (!/source\.toolkit\.fluxcd\.io\//.test(text)) return []
  try {
    const documents = parseDocuments(text, { uniqueKeys: false }).map((one) => one.toJS() as Json)
    return documents.flatMap((one) =>
      isJsonObject(one) && String(one['apiVersion']).startsWith('source.toolkit.fluxcd.io/')
        ? [{ file: path, object: one }]
        : [],
    )
  } catch {
    return []
  }
}
