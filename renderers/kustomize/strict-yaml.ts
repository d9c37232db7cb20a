import type { Alias, Document, Node, Pair, ParsedNode, Scalar } from 'yaml'
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, visit as visitNodes } from 'yaml'
import { type ExpectedStop, stop } from '../../plugin/model/problem.ts'
import { parseDocuments, TooLarge } from '../../plugin/yaml/parse.ts'
import { yamlReason } from '../../plugin/yaml/reason.ts'

/** A text in a YAML file with the keys that lead to it. */
export interface FoundText {
  readonly text: string
  /** The keys of the mappings above it, outermost first; items of lists have the key of their list. */
  readonly keys: readonly string[]
  /** Whether it is the key of a mapping itself. */
  readonly isKey: boolean
  readonly line: number
  readonly column: number
}

/**
 * Every text of a YAML file that kustomize reads, through anchors, aliases and merge keys. Throws `source.render` with the
 * place for a file that this parser and kustomize's may read differently, or that is too large or too deep: what is not
 * read for certain is not rendered.
 */
export function strictTexts(file: string, text: string): readonly FoundText[] {
  const unclear = findUnclear(text)
  if (unclear !== undefined) throw refuse(file, unclear.why, positionOf(text, unclear.at))
  const lines = new LineCounter()
  const documents = documentsOf(file, text, lines)
  const error = documents.flatMap((document) => document.errors)[0]
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw refuse(file, `it is not valid YAML: ${yamlReason(error.message)}`, { line, column: col })
  }
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  return documents.flatMap((document) => {
    const walk: Walk = { file, targets: targetsIn(document), at, found: [], followed: new Set() }
    visit(walk, document.contents, [])
    return walk.found
  })
}

function documentsOf(
  file: string,
  text: string,
  lineCounter: LineCounter,
): readonly Document.Parsed<ParsedNode>[] {
  try {
    return parseDocuments(text, { lineCounter, uniqueKeys: false })
  } catch (cause) {
    if (cause instanceof TooLarge) throw refuse(file, `it has ${cause.message}`)
    throw cause
  }
}

/**
 * Characters that YAML 1.1 and 1.2, or Go's parser and this one, read differently: other line breaks, controls, byte order
 * marks, directives, and tags, which change the type of what follows. https://yaml.org/spec/1.2.2/ext/changes/
 */
const unclearPatterns: readonly (readonly [RegExp, string])[] = [
  [/\r(?!\n)/, 'a carriage return without a line feed'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  [/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffd-\uffff]/, 'a control character'],
  [/(?!^)\ufeff/, 'a byte order mark inside it'],
  [/^%/m, 'a YAML directive'],
]

function findUnclear(text: string): { readonly at: number; readonly why: string } | undefined {
  if (text.length > largest) return { at: 0, why: `it is larger than ${largest / 1024 ** 2} MiB` }
  for (const [pattern, what] of unclearPatterns) {
    const at = text.search(pattern)
    if (at >= 0) return { at, why: `it has ${what}, which parsers read differently` }
  }
  return undefined
}

const largest = 4 * 1024 ** 2
const mostTexts = 100_000
const mostKeys = 300

function positionOf(text: string, offset: number) {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function refuse(file: string, why: string, place: { line?: number; column?: number } = {}): ExpectedStop {
  return stop('source.render', `the file cannot be read for certain: ${why}`, {
    place: { file, ...place },
    hint: 'Write it as plain YAML, so that every path in it can be checked before kustomize reads it.',
  })
}

interface Walk {
  readonly file: string
  /** The node of each alias. */
  readonly targets: ReadonlyMap<Alias, Node>
  readonly at: (offset: number) => { readonly line: number; readonly column: number }
  readonly found: FoundText[]
  /** Anchors with the keys that they were followed under: each is followed once. */
  readonly followed: Set<string>
}

/** An alias means the last node before it that has its anchor. Asking the library for each alias takes quadratic time. */
function targetsIn(document: Document.Parsed<ParsedNode>): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visitNodes(document, {
    Node: (_, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node)
        return
      }
      const target = anchors.get(node.source)
      if (target !== undefined) targets.set(node, target)
    },
  })
  return targets
}

function visit(walk: Walk, node: unknown, keys: readonly string[]): void {
  if (isAlias(node)) followAlias(walk, node, keys)
  else if (isMap(node)) for (const pair of node.items) visitPair(walk, pair, keys)
  else if (isSeq(node)) for (const item of node.items) visitItem(walk, item, keys)
  else if (isScalar(node)) addText(walk, node, { keys, isKey: false })
}

function followAlias(walk: Walk, alias: Alias, keys: readonly string[]): void {
  const target = walk.targets.get(alias)
  const mark = `${target?.range?.[0]} ${keys.join('\0')}`
  if (target === undefined || walk.followed.has(mark)) return
  walk.followed.add(mark)
  // An anchor may hold an alias of itself.
  if (keys.length > mostKeys) throw refuse(walk.file, `it has more than ${mostKeys} levels`)
  visit(walk, target, keys)
}

function visitItem(walk: Walk, item: unknown, keys: readonly string[]): void {
  if (isPair(item)) visitPair(walk, item, keys)
  else visit(walk, item, keys)
}

function visitPair(walk: Walk, { key, value }: Pair<unknown, unknown>, keys: readonly string[]): void {
  const node = isAlias(key) ? walk.targets.get(key) : key
  if (!isScalar(node)) throw refuse(walk.file, 'one of its keys is not a text', placeOf(walk, node))
  const name = sourceOf(node)
  // A merge key adds the entries of its value to the mapping that it is in.
  if (name !== '<<') addText(walk, node, { keys, isKey: true })
  visit(walk, value, name === '<<' ? keys : [...keys, name])
}

function addText(walk: Walk, node: Scalar, where: Pick<FoundText, 'keys' | 'isKey'>): void {
  if (walk.found.length >= mostTexts) throw refuse(walk.file, `it has more than ${mostTexts} texts`)
  if (node.tag !== undefined) throw refuse(walk.file, `it has the tag ${node.tag}`, placeOf(walk, node))
  const text = sourceOf(node)
  if (text !== '') walk.found.push({ text, ...where, ...walk.at(node.range?.[0] ?? 0) })
}

function placeOf(walk: Walk, node: unknown) {
  const offset = isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined
  return offset === undefined ? {} : walk.at(offset)
}

/** The text of a scalar as it is written, whatever type it has. */
function sourceOf(node: unknown): string {
  if (!isScalar(node) || node.value === null) return ''
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}
