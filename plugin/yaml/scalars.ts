import type { Node, Scalar } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { YamlPath } from '../model/site.ts'
import type { InnerText } from './block.ts'
import { innerText } from './block.ts'
import { repeatedTexts } from './duplicate-keys.ts'
import type { YamlText } from './open.ts'
import { openYaml } from './open.ts'

/** A scalar with its place in the file; it may be in a block of text that is itself YAML. */
export interface FoundScalar {
  readonly document: number
  readonly path: YamlPath
  /** Offsets of the scalar's characters in the file, with its quotes, without anchor and tag. */
  readonly range: readonly [start: number, end: number]
  /** The decoded value; numbers are as written. */
  readonly value: string
  readonly quote: '' | '"' | "'"
  /** The scalars in the same mapping, by key; they may say what this one is, such as `name` beside `value`. */
  readonly siblings: ReadonlyMap<string, string>
}

interface Visit {
  readonly yaml: YamlText
  readonly document: number
  readonly toFile: (offset: number) => number
  readonly found: FoundScalar[]
}

/** Where a node is: its path, and the scalars in the same mapping. */
type NodePlace = Pick<FoundScalar, 'path' | 'siblings'>

/** Every single-line scalar value of a file, in order, without those at or below a key that is written twice. Aliases are not followed; an anchored scalar is listed at its own place. */
export function scalarsOf(yaml: YamlText): readonly FoundScalar[] {
  const found: FoundScalar[] = []
  yaml.documents.forEach((document, index) => {
    const state = { yaml, document: index, toFile: (offset: number) => offset, found }
    visit(state, document.contents, { path: [], siblings: new Map() })
  })
  return found
}

function visit(state: Visit, node: Node | null, { path, siblings }: NodePlace): void {
  if (isMap(node)) {
    const own = siblingScalars(node.items)
    const keys = node.items.map(({ key }) => keyText(key))
    const repeated = repeatedTexts(state.yaml.repeated === undefined ? [] : keys)
    for (const [index, { value }] of node.items.entries()) {
      const key = keys[index] ?? ''
      if (!repeated.has(key)) visit(state, value as Node | null, { path: [...path, key], siblings: own })
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      visit(state, item as Node | null, { path: [...path, index], siblings })
    })
  } else if (isScalar(node)) {
    visitScalar(state, node, { path, siblings })
  }
}

function siblingScalars(items: readonly { key: unknown; value: unknown }[]): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap(({ key, value }) =>
      isScalar(value) && value.type !== 'BLOCK_LITERAL' ? [[keyText(key), scalarText(value)] as const] : [],
    ),
  )
}

/** The text of a mapping's key; a plain key such as `on`, `1.0` or `0x10` is as written, not as YAML would read it. */
export const keyText = (key: unknown): string => (isScalar(key) ? scalarText(key) : String(key))

/** The text of a scalar: as written for plain ones, decoded for quoted ones. */
const scalarText = (scalar: Scalar): string =>
  scalar.type === 'PLAIN' ? (scalar.source ?? String(scalar.value ?? '')) : String(scalar.value ?? '')

function visitScalar(state: Visit, node: Scalar, { path, siblings }: NodePlace): void {
  const { yaml, document, toFile, found } = state
  if (!node.range) return
  const inner = innerText(yaml.text, node)
  if (inner !== undefined) {
    visitBlock(state, inner, path)
    return
  }
  const [start, end] = node.range
  const quote = quoteOf(node)
  if (quote === undefined || start === end || yaml.text.slice(start, end).includes('\n')) return
  const range = [toFile(start), toFile(end)] as const
  found.push({ document, path, range, value: scalarText(node), quote, siblings })
}

/** Visits the scalars of a block of text that is itself YAML. */
function visitBlock(state: Visit, inner: InnerText, outer: YamlPath): void {
  const opened = openYaml('', inner.text)
  if (!opened.ok) {
    if (outer.at(-1) === 'templatePatch') visitTemplate(state, inner, outer)
    return
  }
  const { yaml } = opened
  const toFile = (offset: number): number => state.toFile(inner.toOuter(offset))
  for (const [index, { contents }] of yaml.documents.entries()) {
    const path = [...outer, '|', ...(index === 0 ? [] : [index])]
    if (!isScalar(contents)) visit({ ...state, yaml, toFile }, contents, { path, siblings: new Map() })
  }
}

const templateLine = /^(\s*(?:- )?["']?([\w.-]+)["']?:\s+)((["']?)(\d[\w.]*)\4)\s*(?:#.*)?$/

/** The numbers on lines `key: 500m` of a text that a template engine makes YAML of. Each is found by its line. */
function visitTemplate(state: Visit, inner: InnerText, outer: YamlPath): void {
  let start = 0
  for (const [index, line] of inner.text.split('\n').entries()) {
    const [, lead = '', key = '', text = '', quote = '', value = ''] = templateLine.exec(line) ?? []
    const first = start + lead.length
    start += line.length + 1
    if (key === '') continue
    const range = [first, first + text.length].map((at) => state.toFile(inner.toOuter(at)))
    state.found.push({
      document: state.document,
      path: [...outer, '|', index, key],
      range: [range[0] ?? 0, range[1] ?? 0],
      value,
      quote: quote as FoundScalar['quote'],
      siblings: new Map(),
    })
  }
}

function quoteOf(node: Scalar): FoundScalar['quote'] | undefined {
  switch (node.type) {
    case 'PLAIN':
      return ''
    case 'QUOTE_DOUBLE':
      return '"'
    case 'QUOTE_SINGLE':
      return "'"
    default:
      return undefined
  }
}
