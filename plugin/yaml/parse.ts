import type { Document, DocumentOptions, ParsedNode, ParseOptions, SchemaOptions, ToJSOptions } from 'yaml'
import { Composer, Lexer, LineCounter, Parser } from 'yaml'
import type { Json } from '../model/json.ts'
import { cyclicAlias } from './cyclic-alias.ts'
import { duplicateKey } from './duplicate-keys.ts'
import { plainValues } from './plain-values.ts'

/** Options of the YAML library, for parsing. */
export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions

/**
 * The levels of nesting that are read. No manifest has a tenth of them. The composer recurses for each level: where the
 * stack runs out while a regular expression is compiled, the process ends, and no error can be caught.
 */
const deepest = 300

/** How much of one stream is read: what a computer reads in seconds, and far more than files of people have. */
const mostLexemes = 3_000_000
const mostDocuments = 50_000

/** The text has more levels of nesting, documents or parts than are read. */
export class TooLarge extends RangeError {
  override readonly name = 'TooLarge'

  constructor(most: number, what: string) {
    super(`more than ${most} ${what}`)
  }
}

/** The documents of a stream, one after the other; only one is in memory. Throws `TooLarge`. */
export function* eachDocument(
  text: string,
  { lineCounter = new LineCounter(), uniqueKeys = true, ...options }: YamlOptions = {},
): Generator<Document.Parsed<ParsedNode>> {
  // The library compares each key with every other one of its mapping.
  const composer = new Composer({ lineCounter, logLevel: 'silent', ...options, uniqueKeys: false })
  let count = 0
  const mayHaveCycles = text.includes('*') && text.includes('&')
  for (const document of composer.compose(tokensOf(text, lineCounter))) {
    count += 1
    if (count > mostDocuments) throw new TooLarge(mostDocuments, 'documents')
    const error = uniqueKeys === false ? undefined : duplicateKey(document)
    if (error !== undefined) document.errors.push(error)
    const cycle = mayHaveCycles ? cyclicAlias(document as Document.Parsed<ParsedNode>) : undefined
    if (cycle !== undefined) document.errors.push(cycle)
    yield document as Document.Parsed<ParsedNode>
  }
}

/** The documents of a stream, none for a text without any. Throws `TooLarge`. */
export const parseDocuments = (
  text: string,
  options?: YamlOptions,
): readonly Document.Parsed<ParsedNode>[] => [...eachDocument(text, options)]

/**
 * The value of the first document of a text, `null` for none. Throws the parser's error where the text is not YAML,
 * `TooLarge`, and a `ReferenceError` where aliases expand too far.
 */
export function parseValue(text: string, options: YamlOptions & ToJSOptions = {}): Json {
  const values = plainValues(text, { uniqueKeys: options.uniqueKeys !== false })
  if (values !== undefined) return values[0] ?? null
  const [document] = parseDocuments(text, options)
  if (document === undefined) return null
  const [error] = document.errors
  if (error !== undefined) throw error
  return document.toJS(options) as Json
}

function* tokensOf(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    count += 1
    if (count > mostLexemes) throw new TooLarge(mostLexemes, 'parts')
    if (parser.stack.length > deepest) throw new TooLarge(deepest, 'levels of nesting')
  }
  yield* parser.end()
}
