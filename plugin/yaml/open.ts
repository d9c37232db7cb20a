import type { Document, ParsedNode } from 'yaml'
import { LineCounter, parseAllDocuments } from 'yaml'
import type { Place, Problem } from '../model/problem.ts'

/** A YAML text with its parsed documents. Every offset is a UTF-16 position in `text`. */
export interface YamlText {
  readonly text: string
  readonly documents: readonly Document.Parsed<ParsedNode>[]
  /** Line and column of an offset, both from 1. */
  readonly at: (offset: number) => { readonly line: number; readonly column: number }
}

/** A parsed text, or the reason why it must not be touched. */
export type Opened =
  | { readonly ok: true; readonly yaml: YamlText }
  | { readonly ok: false; readonly problem: Problem }

const largestText = 8 * 1024 * 1024

/** Parses a text for positions. Syntax errors and duplicate keys refuse: a text that is misread must not be edited. */
export function openYaml(file: string, text: string): Opened {
  if (text.length > largestText) return refuse({ file }, `larger than ${largestText / 1024 ** 2} MiB`)
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    logLevel: 'silent',
  })
  if ('empty' in documents) return { ok: true, yaml: { text, documents: [], at: locator(lines) } }
  const error = documents.flatMap((document) => document.errors)[0]
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    return refuse({ file, line, column: col }, firstLine(error.message))
  }
  return { ok: true, yaml: { text, documents, at: locator(lines) } }
}

const locator = (lines: LineCounter) => (offset: number) => {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

const firstLine = (message: string): string => message.split(/ at line \d|\n/)[0] ?? message

function refuse(place: Place, why: string): Opened {
  const message = `not a YAML text that can be edited safely: ${why}`
  return { ok: false, problem: { code: 'yaml.refused', message, place } }
}
