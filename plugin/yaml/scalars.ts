import type { Node, Scalar } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { YamlPath } from '../model/site.ts'
import { innerText } from './block.ts'
import type { YamlText } from './open.ts'
import { openYaml } from './open.ts'

/** A scalar with its place in the file, blocks of inner YAML included. */
export interface FoundScalar {
  readonly document: number
  readonly path: YamlPath
  /** Offsets of the scalar's characters in the file, quotes included, anchor and tag left out. */
  readonly range: readonly [start: number, end: number]
  /** The decoded value; numbers as written. */
  readonly value: string
  readonly quote: '' | '"' | "'"
  /** Scalars of the innermost mapping round this one, by key: the siblings that tell what it is. */
  readonly siblings: ReadonlyMap<string, string>
}

interface Walk {
  readonly yaml: YamlText
  readonly document: number
  readonly toFile: (offset: number) => number
  readonly found: FoundScalar[]
}

/** Every single-line scalar value of a file, in order. Aliases are not followed; what they point at is listed where it stands. */
export function scalarsOf(yaml: YamlText): readonly FoundScalar[] {
  const found: FoundScalar[] = []
  yaml.documents.forEach((document, index) => {
    visit({ yaml, document: index, toFile: (offset) => offset, found }, document.contents, [], new Map())
  })
  return found
}

function visit(walk: Walk, node: Node | null, path: YamlPath, siblings: ReadonlyMap<string, string>): void {
  if (isMap(node)) {
    const own = siblingScalars(node.items)
    for (const { key, value } of node.items) visit(walk, value as Node | null, [...path, keyText(key)], own)
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      visit(walk, item as Node | null, [...path, index], siblings)
    })
  } else if (isScalar(node)) {
    visitScalar(walk, node, path, siblings)
  }
}

function siblingScalars(items: readonly { key: unknown; value: unknown }[]): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap(({ key, value }) =>
      isScalar(value) && value.type !== 'BLOCK_LITERAL' ? [[keyText(key), scalarText(value)] as const] : [],
    ),
  )
}

/** The text of a mapping's key, as it stands there when it is plain: `on`, `1.0` and `0x10` are no values. */
export const keyText = (key: unknown): string => (isScalar(key) ? scalarText(key) : String(key))

/** The text of a scalar: what stands there for plain ones, the decoded value for quoted ones. */
const scalarText = (scalar: Scalar): string =>
  scalar.type === 'PLAIN' ? (scalar.source ?? String(scalar.value ?? '')) : String(scalar.value ?? '')

function visitScalar(walk: Walk, node: Scalar, path: YamlPath, siblings: ReadonlyMap<string, string>): void {
  const { yaml, document, toFile, found } = walk
  if (!node.range) return
  const inner = innerText(yaml.text, node)
  if (inner !== undefined) {
    const opened = openYaml('', inner.text)
    if (!opened.ok) return
    opened.yaml.documents.forEach((innerDocument, index) => {
      const deeper = {
        yaml: opened.yaml,
        document,
        toFile: (offset: number) => toFile(inner.toOuter(offset)),
        found,
      }
      const innerPath = [...path, '|', ...(index === 0 ? [] : [index])]
      if (!isScalar(innerDocument.contents)) visit(deeper, innerDocument.contents, innerPath, new Map())
    })
    return
  }
  const [start, end] = node.range
  const quote = quoteOf(node)
  if (quote === undefined || start === end || yaml.text.slice(start, end).includes('\n')) return
  found.push({
    document,
    path,
    range: [toFile(start), toFile(end)],
    value: scalarText(node),
    quote,
    siblings,
  })
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
