import type { Node, Pair } from 'yaml'
import { isCollection, isMap, isScalar } from 'yaml'
import type { Splice } from '../model/edit.ts'
import type { YamlPath } from '../model/site.ts'
import type { YamlText } from '../yaml/open.ts'
import type { Insertion } from './insertion.ts'

/** How new lines are indented. */
interface Layout {
  readonly value: Insertion['value']
  /** Spaces before the first line. */
  readonly indent: number
  /** Spaces that each level adds. */
  readonly step: number
}

/** The lines of a path in block style, one key a line, with its value at the end. */
export function nestedLines(path: YamlPath, { value, indent, step }: Layout): readonly string[] {
  const [key, ...rest] = path
  const pad = ' '.repeat(indent)
  const [, ...inItem] = rest
  if (rest[0] === 0 && inItem.length > 0) {
    // The first item of a list that does not exist yet.
    const [first = '', ...lines] = nestedLines(inItem, { value, indent: indent + step + 2, step })
    const dash = `${' '.repeat(indent + step)}- ${first.trimStart()}`
    return [`${pad}${keyToken(String(key))}:`, dash, ...lines]
  }
  if (rest.length > 0) {
    return [`${pad}${keyToken(String(key))}:`, ...nestedLines(rest, { value, indent: indent + step, step })]
  }
  if (typeof value === 'string') return [`${pad}${keyToken(String(key))}: ${value}`]
  return [`${pad}${keyToken(String(key))}:`, ...value.map((line) => `${pad}${' '.repeat(step)}${line}`)]
}

/** A key as it is written in YAML: in quotes where it needs any. */
export const keyToken = (key: string): string => (/^[A-Za-z_][\w./-]*$/.test(key) ? key : JSON.stringify(key))

/** Adds lines after the line at an offset, with that line's ending, also where the file has no final newline. */
export function linesAfter({ text }: YamlText, offset: number, lines: readonly string[]): Splice {
  const newline = text.indexOf('\n', offset)
  // The last line may have no ending: the line before shows which one the file uses.
  const eol = text[(newline === -1 ? text.lastIndexOf('\n') : newline) - 1] === '\r' ? '\r\n' : '\n'
  const lineEnd = newline === -1 ? text.length : newline
  const at = text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd
  return { start: at, end: at, text: lines.map((line) => `${eol}${line}`).join('') }
}

/** The offset of the first character of a node. */
export const startOf = (node: Node): number => node.range?.[0] ?? 0

/** The offset after the last character of a node, without comments and final newlines. */
export function endOf(node: Node): number {
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

/** Whether a node is null, written or not. */
export const isNull = (node: Node): boolean => isScalar(node) && node.value === null

/** The number of characters before an offset in its line. */
export function columnOf(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  // A byte order mark takes no column.
  return offset - lineStart - (text[lineStart] === '\uFEFF' ? 1 : 0)
}

/** The spaces by which a file indents each level, taken from its first nested mapping; otherwise two. */
export function stepOf({ documents, text }: YamlText): number {
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
