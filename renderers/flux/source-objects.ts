import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { parseDocuments } from '../../plugin/yaml/parse.ts'

/** An object of Flux's source controller that another one refers to. */
export interface SourceObjectName {
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/**
 * The object with a kind, name and namespace: among those that are rendered together, else the one in any file of the
 * repository. A file whose object has no namespace counts for every namespace. `undefined` where there is none, or where
 * several differ.
 */
export async function findSourceObject(
  wanted: SourceObjectName,
  objects: readonly JsonObject[],
  view: RepositoryView,
): Promise<JsonObject | undefined> {
  const beside = objects.find((object) => isNamed(object, wanted) && fits(object, wanted))
  if (beside !== undefined) return beside
  const named = (await allOf(view.origin)).filter((object) => isNamed(object, wanted))
  const exact = named.filter((object) => namespaceIn(object) === wanted.namespace)
  const [first, ...more] = exact.length > 0 ? exact : named.filter((object) => fits(object, wanted))
  const spec = JSON.stringify(first?.['spec'])
  return more.every((other) => JSON.stringify(other['spec']) === spec) ? first : undefined
}

const namespaceIn = (object: JsonObject): string | undefined =>
  textOf(valueAt(object, ['metadata', 'namespace']))

const isNamed = (object: JsonObject, { kind, name }: SourceObjectName): boolean =>
  object['kind'] === kind && textOf(valueAt(object, ['metadata', 'name'])) === name

const fits = (object: JsonObject, { namespace }: SourceObjectName): boolean =>
  (namespaceIn(object) ?? namespace) === namespace

const known = new WeakMap<RepositoryView, Promise<readonly JsonObject[]>>()

/** The source objects in all files of a view, read once. */
function allOf(view: RepositoryView): Promise<readonly JsonObject[]> {
  const found = known.get(view) ?? below(view, '.')
  known.set(view, found)
  return found
}

async function below(view: RepositoryView, directory: string): Promise<readonly JsonObject[]> {
  const entries = await view.list(directory)
  const found = await Promise.all(
    entries.map(async ({ name, kind }): Promise<readonly JsonObject[]> => {
      const path = directory === '.' ? name : `${directory}/${name}`
      if (kind === 'directory') return below(view, path)
      return kind === 'file' && /\.ya?ml$/.test(name) ? objectsIn(view, path) : []
    }),
  )
  return found.flat()
}

async function objectsIn(view: RepositoryView, path: string): Promise<readonly JsonObject[]> {
  const text = new TextDecoder().decode(await view.bytes(path))
  if (!/source\.toolkit\.fluxcd\.io\//.test(text)) return []
  try {
    const documents = parseDocuments(text, { uniqueKeys: false }).map((one) => one.toJS() as Json)
    return documents.flatMap((one) =>
      isJsonObject(one) && String(one['apiVersion']).startsWith('source.toolkit.fluxcd.io/') ? [one] : [],
    )
  } catch {
    return []
  }
}
