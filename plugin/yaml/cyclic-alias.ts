import type { Document, ParsedNode } from 'yaml'
import { visit, YAMLParseError } from 'yaml'

/**
 * The error for an alias that stands inside what its own anchor marks: such a value has no end. `undefined` when there is none.
 * No manifest has one, and kubectl refuses it.
 */
export function cyclicAlias(document: Document.Parsed<ParsedNode>): YAMLParseError | undefined {
  let found: YAMLParseError | undefined
  visit(document, {
    Alias: (_, alias, path) => {
      const target = alias.resolve(document)
      if (target === undefined || !path.includes(target)) return undefined
      const [start = 0, end = start] = alias.range ?? []
      found = new YAMLParseError([start, end], 'BAD_ALIAS', `The alias *${alias.source} contains itself`)
      return visit.BREAK
    },
  })
  return found
}
