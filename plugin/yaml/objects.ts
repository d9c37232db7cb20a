import type { Document } from 'yaml'
import { LineCounter } from 'yaml'
import type { Json, JsonObject } from '../model/json.ts'
import { ExpectedStop, stop } from '../model/problem.ts'
import { eachDocument, TooLarge } from './parse.ts'
import { fileValues, plainValues } from './plain-values.ts'
import { yamlReason } from './reason.ts'

/** In UTF-16 units. No real object is as large: etcd refuses more than 1.5 MiB. */
const largestDocument = 8 * 1024 * 1024
const mostAliases = 1000

/**
 * The objects in a stream of manifests, in order: merge keys are resolved, items of `List` kinds are separate objects, and
 * empty documents are skipped. Throws `source.render` for text that is not YAML, and for documents that are too large, too
 * deep or expand too far by aliases. Only one document at a time is in memory.
 */
export const readObjects = (file: string, text: string): readonly JsonObject[] =>
  objectsOf(file, text, plainValues)

/** The same for a file of the repository, which many sources read: the objects are shared, so nothing may change them. */
export const readFileObjects = (file: string, text: string): readonly JsonObject[] =>
  objectsOf(file, text, fileValues)

function objectsOf(
  file: string,
  text: string,
  valuesIn: (text: string) => readonly Json[] | undefined,
): readonly JsonObject[] {
  const refuse = (why: string, cause?: unknown) =>
    stop('source.render', `the manifests cannot be read: ${why}`, { place: { file }, cause })
  if (longestDocument(text) > largestDocument)
    throw refuse(`a document is larger than ${largestDocument / 1024 ** 2} MiB`)
  const values = valuesIn(text)
  if (values !== undefined) return values.flatMap(unpack)
  try {
    return [...objectsIn(file, text)]
  } catch (error) {
    if (error instanceof ExpectedStop || !(error instanceof Error)) throw error
    // Aliases that expand too far are reported as a reference error.
    if (error instanceof TooLarge) throw refuse(error.message, error)
    if (error instanceof RangeError) throw refuse('a document is nested too deeply', error)
    if (error instanceof ReferenceError) throw refuse(yamlReason(error.message), error)
    throw error
  }
}

function* objectsIn(file: string, text: string): Generator<JsonObject> {
  const lines = new LineCounter()
  for (const document of eachDocument(text, { uniqueKeys: false, merge: true, lineCounter: lines }))
    yield* unpack(readDocument(document, file, lines))
}

function readDocument(document: Document.Parsed, file: string, lines: LineCounter): Json {
  const error = document.errors[0]
  if (error === undefined) return document.toJS({ maxAliasCount: mostAliases }) as Json
  const { line, col } = lines.linePos(error.pos[0])
  throw stop('source.render', `not YAML: ${yamlReason(error.message)}`, {
    place: { file, line, column: col },
  })
}

function longestDocument(text: string): number {
  let longest = 0
  for (let start = 0; start < text.length; ) {
    const mark = text.indexOf('\n---', start)
    const end = mark === -1 ? text.length : mark + 1
    longest = Math.max(longest, end - start)
    start = end
  }
  return longest
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
