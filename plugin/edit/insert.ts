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
  if (root?.contents == null) return no('the document is empty')
  return descend({ yaml, value, parent: undefined }, root.contents, path)
}

interface Spot {
  readonly yaml: YamlText
  readonly value: Insertion['value']
  /** The pair that holds the node at hand. */
  readonly parent: Pair | undefined
}

const no = (reason: string): Inserted => ({ ok: false, reason })
const yes = (...splices: readonly Splice[]): Inserted => ({ ok: true, splices })

function descend(spot: Spot, node: Node | null, path: YamlPath): Inserted {
  const [step, ...rest] = path
  if (step === undefined) return no('a value stands there already')
  if (isAlias(node))
    return no(`it is an alias (*${node.source}); an edit there would change every user of the anchor`)
  if (node === null || isNull(node)) return fillEmpty(spot, path)
  if (step === '|') return descendBlock(spot, node, rest)
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyText(key) === step)
    if (pair !== undefined) return descend({ ...spot, parent: pair as Pair }, pair.value as Node | null, rest)
    return extendMap(spot, node, path)
  }
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined
    if (item !== undefined) return descend({ ...spot, parent: undefined }, item as Node, rest)
    return step === node.items.length && rest.length === 0
      ? extendSequence(spot, node)
      : no(`item ${step} does not exist`)
  }
  return no('a plain value stands where a mapping is needed')
}

const isNull = (node: Node): boolean =>
  isScalar(node) && node.value === null && (node.source === '' || node.source === undefined)

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
  const first = map.items[0]
  const indent = first === undefined ? 0 : columnOf(yaml.text, startOf(first.key as Node))
  return appendLines(yaml, endOf(map), nested(path, { value: spot.value, indent, step: stepOf(yaml) }))
}

function extendFlowMap({ value }: Spot, map: YAMLMap, path: YamlPath): Inserted {
  if (typeof value !== 'string' || !map.range) return no('a block cannot be written into a flow mapping')
  const last = map.items.at(-1)
  const end = last === undefined ? map.range[0] + 1 : endOf((last.value ?? last.key) as Node)
  const keys = path.map(String)
  const json = isJson(map)
  const token = json ? (key: string) => JSON.stringify(key) : keyToken
  const scalar = json && !/^("|\d+$)/.test(value) ? JSON.stringify(value) : value
  const inner = keys.slice(1).reduceRight((text, key) => `{${token(key)}: ${text}}`, scalar)
  return yes({ start: end, end, text: `, ${token(keys[0] ?? '')}: ${inner}` })
}

/** True for a mapping whose keys are all in double quotes, as JSON wants them. */
const isJson = (map: YAMLMap): boolean =>
  map.items.every(({ key }) => isScalar(key) && key.type === 'QUOTE_DOUBLE')

/** Turns `key:` or `key: {}` into a block mapping below it; a comment on the line stays where it is. */
function fillEmpty({ yaml, value, parent }: Spot, path: YamlPath, braces?: YAMLMap): Inserted {
  const key = parent?.key as Node | undefined
  if (key === undefined) return no('an empty item of a list cannot be filled')
  const step = stepOf(yaml)
  const indent = columnOf(yaml.text, startOf(key)) + step
  const lines = nested(path, { value, indent, step })
  const keyEnd = endOf(key)
  const from = braces?.range?.[0] ?? keyEnd
  const added = appendLines(yaml, braces?.range?.[1] ?? keyEnd, lines)
  if (braces?.range == null || !added.ok) return added
  const start = yaml.text.slice(0, from).trimEnd().length
  return yes({ start, end: braces.range[1], text: '' }, ...added.splices)
}

function extendSequence({ yaml, value }: Spot, sequence: YAMLSeq): Inserted {
  const last = sequence.items.at(-1) as Node | undefined
  if (sequence.flow || last === undefined) return no('only block lists with items can be extended')
  const dash = yaml.text.lastIndexOf('-', startOf(last))
  const indent = ' '.repeat(columnOf(yaml.text, dash))
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

/** New lines after the line that holds an offset, in the file's line ending; works with no final newline. */
function appendLines({ text }: YamlText, offset: number, lines: readonly string[]): Inserted {
  const newline = text.indexOf('\n', offset)
  const crlf = text.includes('\r\n')
  const lineEnd = newline === -1 ? text.length : newline
  const at = crlf && text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
  const eol = crlf ? '\r\n' : '\n'
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

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

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
