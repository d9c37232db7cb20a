import { parseAllDocuments } from 'yaml'
import type { Json, JsonObject } from '../model/json.ts'
import { stop } from '../model/problem.ts'

/** Reads a stream of manifests as objects: documents in order, merge keys resolved, `List` kinds unpacked, empty documents left out. */
export function readObjects(file: string, text: string): readonly JsonObject[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false, merge: true, logLevel: 'silent' })
  if ('empty' in documents) return []
  return documents.flatMap((document) => {
    const error = document.errors[0]
    if (error !== undefined) throw stop('source.render', `not YAML: ${error.message}`, { place: { file } })
    return unpack(document.toJS({ maxAliasCount: 1000 }) as Json)
  })
}

function unpack(value: Json): readonly JsonObject[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const object = value as JsonObject
  const kind = object['kind']
  const items = object['items']
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item: Json) => unpack(item))
  }
  return [object]
}
