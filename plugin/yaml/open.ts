import type { Document, ParsedNode, YAMLError } from 'yaml'
import { isMap, LineCounter, visit } from 'yaml'
import type { Place, Problem } from '../model/problem.ts'
import { parseDocuments, TooLarge } from './parse.ts'
import { yamlReason } from './reason.ts'

/** A YAML text with its parsed documents. Every offset is a UTF-16 position in `text`. */
export interface YamlText {
  readonly text: string
  /** The first key that is written twice; nothing at or below such a key is edited. */
  readonly repeated?: Problem
  readonly documents: readonly Document.Parsed<ParsedNode>[]
  /** Line and column of an offset, both starting at 1. */
  readonly at: (offset: number) => { readonly line: number; readonly column: number }
}

/** A parsed text, or the reason why it must not be edited. */
export type Opened =
  | { readonly ok: true; readonly yaml: YamlText }
  | { readonly ok: false; readonly problem: Problem }

const largestText = 8 * 1024 * 1024

/**
 * Parses a text, keeping positions. Texts that could be misread are refused (`yaml.refused`): those with syntax errors,
 * duplicate keys, templates or a SOPS signature, and those over 8 MiB. `allowRepeated` only names the first duplicate key.
 */
export function openYaml(
  file: string,
  text: string,
  { allowRepeated = false }: { readonly allowRepeated?: boolean } = {},
): Opened {
  if (text.length > largestText) return refuse({ file }, `larger than ${largestText / 1024 ** 2} MiB`)
  if (text.includes('\n\uFEFF')) return refuse({ file }, 'it has a byte order mark after its first line')
  const lines = new LineCounter()
  const documents = readDocuments(text, lines)
  if (documents instanceof TooLarge) return refuse({ file }, `it has ${documents.message}`)
  const refusalOf = ({ pos, message }: YAMLError): Opened => {
    const { line, col } = lines.linePos(pos[0])
    return refuse({ file, line, column: col }, yamlReason(message))
  }
  const errors = documents.flatMap((document) => document.errors)
  const error = errors.find(({ code }) => !allowRepeated || code !== 'DUPLICATE_KEY')
  if (error !== undefined) return refusalOf(error)
  const forbidden = documents.map(refusalIn).find((found) => found !== undefined)
  if (forbidden !== undefined) {
    const { line, col } = lines.linePos(forbidden.offset)
    return refuse({ file, line, column: col }, forbidden.why)
  }
  const yaml = { text, documents, at: locator(lines) }
  const repeated = errors[0] && refusalOf(errors[0])
  return { ok: true, yaml: repeated?.ok === false ? { ...yaml, repeated: repeated.problem } : yaml }
}

/** The error for a text with more than is read. */
function readDocuments(text: string, lineCounter: LineCounter): YamlText['documents'] | TooLarge {
  try {
    return parseDocuments(text, { keepSourceTokens: true, lineCounter })
  } catch (error) {
    if (error instanceof TooLarge) return error
    throw error
  }
}

interface Refusal {
  readonly offset: number
  readonly why: string
}

/** Finds texts that parse as YAML but must not be edited: signed by SOPS, or a template whose braces look like a mapping. */
function refusalIn(document: Document.Parsed<ParsedNode>): Refusal | undefined {
  const root = document.contents
  if (isMap(root) && root.hasIn(['sops', 'mac']))
    return { offset: root.range[0], why: 'SOPS signed it, and an edit would break the signature' }
  const offset = templateBraces(document)
  return offset === undefined
    ? undefined
    : { offset, why: 'it is a template: it has {{ }} in place of a value' }
}

/** The offset of an unquoted `{{ … }}`, which parses as a mapping whose key is a mapping. */
function templateBraces(document: Document.Parsed<ParsedNode>): number | undefined {
  let found: number | undefined
  visit(document, {
    Map: (_, map) => {
      if (!map.flow || !map.items.some(({ key }) => isMap(key))) return undefined
      found = map.range?.[0]
      return visit.BREAK
    },
  })
  return found
}

const locator = (lines: LineCounter) => (offset: number) => {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

function refuse(place: Place, why: string): Opened {
  const message = `not a YAML text that can be edited safely: ${why}`
  return { ok: false, problem: { code: 'yaml.refused', message, place } }
}
