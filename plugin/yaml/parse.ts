import type { Document, DocumentOptions, ParsedNode, ParseOptions, SchemaOptions, ToJSOptions } from 'yaml'
import { Composer, Lexer, LineCounter, Parser } from 'yaml'
import type { Json } from '../model/json.ts'

/** Options of the YAML library, for parsing. */
export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions

/**
 * The levels of nesting that are read. No manifest has a tenth of them. The composer recurses for each level: where the
 * stack runs out while a regular expression is compiled, the process ends, and no error can be caught.
 */
const deepest = 300

/** The text has more levels of nesting than are read. */
export class TooDeep extends RangeError {
  override readonly name = 'TooDeep'

  constructor() {
    super(`more than ${deepest} levels of nesting`)
  }
}

/** The documents of a stream, one after the other; only one is in memory. Throws `TooDeep`. */
export function* eachDocument(
  text: string,
  { lineCounter = new LineCounter(), ...options }: YamlOptions = {},
): Generator<Document.Parsed<ParsedNode>> {
  const composer = new Composer({ lineCounter, logLevel: 'silent', ...options })
  yield* composer.compose(tokensOf(text, lineCounter)) as Generator<Document.Parsed<ParsedNode>>
}

/** The documents of a stream, none for a text without any. Throws `TooDeep`. */
export const parseDocuments = (
  text: string,
  options?: YamlOptions,
): readonly Document.Parsed<ParsedNode>[] => [...eachDocument(text, options)]

/**
 * The value of the first document of a text, `null` for none. Throws the parser's error where the text is not YAML,
 * `TooDeep`, and a `ReferenceError` where aliases expand too far.
 */
export function parseValue(text: string, options: YamlOptions & ToJSOptions = {}): Json {
  const [document] = parseDocuments(text, options)
  if (document === undefined) return null
  const [error] = document.errors
  if (error !== undefined) throw error
  return document.toJS(options) as Json
}

function* tokensOf(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > deepest) throw new TooDeep()
  }
  yield* parser.end()
}
