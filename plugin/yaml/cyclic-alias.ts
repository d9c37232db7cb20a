import type { Document, Node, ParsedNode } from 'yaml'
import { isAlias, visit, YAMLParseError } from 'yaml'

/**
 * The error for an alias inside the value that its own anchor marks: such a value has no end. `undefined` where there is none.
 * No manifest has one, and kubectl refuses it. In time linear in the number of nodes: the library would search the whole
 * document for each alias.
 */
export function cyclicAlias(document: Document.Parsed<ParsedNode>): YAMLParseError | undefined {
  const anchors = new Map<string, Node>()
  let found: YAMLParseError | undefined
  visit(document, {
    Node: (_, node, path) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node)
        return undefined
      }
      const target = anchors.get(node.source)
      if (target === undefined || !path.includes(target)) return undefined
      const [start = 0, end = start] = node.range ?? []
      found = new YAMLParseError([start, end], 'BAD_ALIAS', `The alias *${node.source} contains itself`)
      return visit.BREAK
    },
  })
  return found
}
