import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml'
import type { Splice } from '../model/edit.ts'
import type { YamlPath } from '../model/site.ts'
import { innerText } from '../yaml/block.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { keyText } from '../yaml/scalars.ts'

/** What to create: a path whose last part does not exist, and the literal text of its value. */
export interface Insertion {
  readonly document: number
  readonly path: YamlPath
  /** A scalar as it should stand in the file, or the lines of a block, unindented. */
  readonly value: string | readonly string[]
}

/** The splices that create a path, or why it cannot be created without touching more. */
export type Inserted =
  | { readonly ok: true; readonly splices: readonly Splice[] }
  | { readonly ok: false; readonly reason: string }

/** Creates a path in the style of its neighbours; nothing that stands there is moved or re-printed. */
export function insertValue(yaml: YamlText, { document, path, value }: Insertion): Inserted {
  const root = yaml.documents[document]
  if (root?.contents == null || isUnwritten(root.contents))
    return yaml.documents.length > 1 ? no('the document is empty') : fillText(yaml, path, value)
  return descend({ yaml, value, parent: undefined }, root.contents, path)
}

/** A file that is empty or holds comments alone: the lines follow at its end. */
function fillText({ text }: YamlText, path: YamlPath, value: Insertion['value']): Inserted {
  if (path.includes('|') || path.some((step) => typeof step === 'number')) return no('the document is empty')
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = nested(path, { value, indent: 0, step: 2 })
  const start = text.trimEnd() === '' || text.endsWith('\n') ? '' : eol
  return yes({ start: text.length, end: text.length, text: `${start}${lines.join(eol)}${eol}` })
}

interface Spot {
  readonly yaml: YamlText
  readonly value: Insertion['value']
  /** The pair that holds the node at hand. */
  readonly parent: Pair | undefined
  /** The flow mapping or list round the node at hand: inside it, everything is written as flow. */
  readonly flow?: Node
}

const no = (reason: string): Inserted => ({ ok: false, reason })
const yes = (...splices: readonly Splice[]): Inserted => ({ ok: true, splices })

function descend(spot: Spot, node: Node | null, path: YamlPath): Inserted {
  const [step, ...rest] = path
  if (step === undefined) return fillPlaceholder(spot, node)
  if (isAlias(node))
    return no(`it is an alias (*${node.source}); an edit there would change every user of the anchor`)
  if (node === null || isNull(node)) return fillEmpty(spot, path, node ?? undefined)
  if (step === '|') return descendBlock(spot, node, rest)
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyText(key) === step)
    const inside = node.flow === true ? { ...spot, flow: node } : spot
    if (pair !== undefined)
      return descend({ ...inside, parent: pair as Pair }, pair.value as Node | null, rest)
    return extendMap(spot, node, path)
  }
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined
    const inside = node.flow === true ? { ...spot, flow: node } : spot
    if (item !== undefined) return descend({ ...inside, parent: undefined }, item as Node, rest)
    return step === node.items.length && rest.length === 0
      ? extendSequence(spot, node)
      : no(`item ${step} does not exist`)
  }
  return no('a plain value stands where a mapping is needed')
}

const isNull = (node: Node): boolean => isScalar(node) && node.value === null

/** True for the null of a document in which nothing is written, not even `null`. */
const isUnwritten = (node: Node): boolean => isNull(node) && node.range?.[0] === node.range?.[1]

/** `patches: []` or an empty `patches:` take a first item; any other value stands. */
function fillPlaceholder(spot: Spot, node: Node | null): Inserted {
  const isEmpty = node === null || isNull(node) || (isCollection(node) && node.items.length === 0)
  if (!isEmpty || typeof spot.value === 'string' || spot.parent === undefined)
    return no('a value stands there already')
  return fillEmpty(spot, [], node ?? undefined)
}

function descendBlock(spot: Spot, node: Node, path: YamlPath): Inserted {
  const inner = isScalar(node) ? innerText(spot.yaml.text, node) : undefined
  const opened = inner && openYaml('', inner.text)
  if (inner === undefined || !opened?.ok) return no('the block of text is not YAML')
  const [first, ...rest] = path
  const document = typeof first === 'number' ? first : 0
  const innerPath = typeof first === 'number' ? rest : path
  const result = insertValue(opened.yaml, { document, path: innerPath, value: spot.value })
  if (!result.ok) return result
  return yes(
    ...result.splices.map(({ start, end, text }) => ({
      start: inner.toOuter(start),
      end: inner.toOuter(end),
      text: text.replaceAll('\n', `\n${inner.indent}`),
    })),
  )
}

function extendMap(spot: Spot, map: YAMLMap, path: YamlPath): Inserted {
  const { yaml } = spot
  if (map.flow) return map.items.length === 0 ? fillEmpty(spot, path, map) : extendFlowMap(spot, map, path)
  if (map.items.some(isExplicit)) return no('its keys are written with `?`')
  const first = map.items[0]
  const indent = first === undefined ? 0 : columnOf(yaml.text, startOf(first.key as Node))
  return appendLines(yaml, endOf(map), nested(path, { value: spot.value, indent, step: stepOf(yaml) }))
}

const isExplicit = ({ srcToken }: Pair): boolean =>
  srcToken?.start.some(({ type }) => type === 'explicit-key-ind') === true

function extendFlowMap({ value }: Spot, map: YAMLMap, path: YamlPath): Inserted {
  if (typeof value !== 'string' || !map.range) return no('a block cannot be written into a flow mapping')
  const last = map.items.at(-1)
  const end = last === undefined ? map.range[0] + 1 : endOf((last.value ?? last.key) as Node)
  return yes({ start: end, end, text: `, ${flowPair(path, value, isJson(map))}` })
}

/** `key: {inner: value}`, with everything in quotes where the text is JSON. */
function flowPair(path: YamlPath, value: string, json: boolean): string {
  const token = json ? (key: string) => JSON.stringify(key) : keyToken
  const scalar = json && !/^("|\d+$)/.test(value) ? JSON.stringify(value) : value
  const keys = path.map(String)
  const inner = keys.slice(1).reduceRight((text, key) => `{${token(key)}: ${text}}`, scalar)
  return `${token(keys[0] ?? '')}: ${inner}`
}

/** Fills what is empty inside a flow mapping: `{a: null}` becomes `{a: {key: value}}`. */
function fillFlow({ value, flow }: Spot, path: YamlPath, placeholder: Node | undefined): Inserted {
  const range = placeholder?.range
  if (typeof value !== 'string' || path.length === 0)
    return no('a block cannot be written into a flow mapping')
  if (!range || range[1] <= range[0]) return no('an empty value in a flow mapping cannot be filled')
  const json = isMap(flow) && isJson(flow)
  return yes({ start: range[0], end: range[1], text: `{${flowPair(path, value, json)}}` })
}

/** True for a mapping whose keys are all in double quotes, as JSON wants them. */
const isJson = (map: YAMLMap): boolean =>
  map.items.every(({ key }) => isScalar(key) && key.type === 'QUOTE_DOUBLE')

/** Turns `key:`, `key: {}`, `key: []` or `key: null` into a block below it; a comment on the line stays where it is. */
function fillEmpty(spot: Spot, path: YamlPath, placeholder?: Node): Inserted {
  const { yaml, value, parent } = spot
  const key = parent?.key as Node | undefined
  if (spot.flow !== undefined) return fillFlow(spot, path, placeholder)
  if (key === undefined) return no('an empty item of a list cannot be filled')
  const step = stepOf(yaml)
  const indent = columnOf(yaml.text, startOf(key)) + step
  const lines = path.length === 0 ? blockLines(value, indent) : nested(path, { value, indent, step })
  const keyEnd = endOf(key)
  const [from, to] = placeholder?.range ?? [keyEnd, keyEnd]
  const added = appendLines(yaml, Math.max(to, keyEnd), lines)
  if (to <= from || !added.ok) return added
  const start = yaml.text.slice(0, from).trimEnd().length
  return yes({ start, end: to, text: '' }, ...added.splices)
}

const blockLines = (value: Insertion['value'], indent: number): readonly string[] =>
  (typeof value === 'string' ? [value] : value).map((line) => `${' '.repeat(indent)}${line}`)

function extendSequence({ yaml, value }: Spot, sequence: YAMLSeq): Inserted {
  const last = sequence.items.at(-1) as Node | undefined
  if (sequence.flow || last === undefined) return no('only block lists with items can be extended')
  // A block list begins at its first dash.
  const indent = ' '.repeat(columnOf(yaml.text, startOf(sequence)))
  const lines = typeof value === 'string' ? [value] : value
  return appendLines(
    yaml,
    endOf(sequence),
    lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`),
  )
}

interface Layout {
  readonly value: Insertion['value']
  readonly indent: number
  readonly step: number
}

function nested(path: YamlPath, { value, indent, step }: Layout): readonly string[] {
  const [key, ...rest] = path
  const pad = ' '.repeat(indent)
  if (rest.length > 0) {
    return [`${pad}${keyToken(String(key))}:`, ...nested(rest, { value, indent: indent + step, step })]
  }
  if (typeof value === 'string') return [`${pad}${keyToken(String(key))}: ${value}`]
  return [`${pad}${keyToken(String(key))}:`, ...value.map((line) => `${pad}${' '.repeat(step)}${line}`)]
}

const keyToken = (key: string): string => (/^[A-Za-z_][\w./-]*$/.test(key) ? key : JSON.stringify(key))

/** New lines after the line that holds an offset, ended as that line is; works with no final newline. */
function appendLines({ text }: YamlText, offset: number, lines: readonly string[]): Inserted {
  const newline = text.indexOf('\n', offset)
  // The last line has no end of its own: then it is that of the line before.
  const eol = text[(newline === -1 ? text.lastIndexOf('\n') : newline) - 1] === '\r' ? '\r\n' : '\n'
  const lineEnd = newline === -1 ? text.length : newline
  const at = text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
  return yes({ start: at, end: at, text: lines.map((line) => `${eol}${line}`).join('') })
}

const startOf = (node: Node): number => node.range?.[0] ?? 0

/** The offset just after the last character that belongs to a node, comments and final newlines left out. */
function endOf(node: Node): number {
  if (isCollection(node) && !node.flow) {
    const last = node.items.at(-1)
    const inner = isMap(node) ? lastOf(last as Pair | undefined) : (last as Node | undefined)
    if (inner != null) return endOf(inner)
  }
  const [start, valueEnd] = node.range ?? [0, 0]
  const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
  return isBlock && valueEnd > start ? valueEnd - 1 : valueEnd
}

const lastOf = (pair: Pair | undefined): Node | undefined => {
  const value = pair?.value as Node | null | undefined
  return value == null || (isNull(value) && !isCollection(value)) ? (pair?.key as Node | undefined) : value
}

function columnOf(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  // A byte order mark is no column.
  return offset - lineStart - (text[lineStart] === '\uFEFF' ? 1 : 0)
}

/** The file's own step of indentation: that of its first nested mapping, else two. */
function stepOf({ documents, text }: YamlText): number {
  for (const { contents } of documents) {
    if (!isMap(contents)) continue
    for (const { key, value } of contents.items) {
      const first = isMap(value) && !value.flow ? value.items[0]?.key : undefined
      if (first !== undefined)
        return columnOf(text, startOf(first as Node)) - columnOf(text, startOf(key as Node))
    }
  }
  return 2
}
