import type { Document, YAMLMap } from 'yaml'
import { isScalar, visit, YAMLParseError } from 'yaml'

/** The error of the first key that its mapping has already, in time linear in the number of keys. */
export function duplicateKey(document: Document): YAMLParseError | undefined {
  let found: YAMLParseError | undefined
  visit(document, {
    Map: (_, map) => {
      const range = repeatedIn(map)
      if (range === undefined) return undefined
      found = new YAMLParseError([range[0], range[1]], 'DUPLICATE_KEY', 'Map keys must be unique')
      return visit.BREAK
    },
  })
  return found
}

/** The texts that a list has several times. */
export function repeatedTexts(texts: readonly string[]): ReadonlySet<string> {
  const known = new Set<string>()
  return new Set(texts.filter((text) => known.has(text) || !known.add(text)))
}

function repeatedIn({ items }: YAMLMap) {
  const known = new Set<unknown>()
  for (const { key } of items) {
    if (!isScalar(key)) continue
    if (known.has(key.value)) return key.range ?? [0, 0]
    known.add(key.value)
  }
  return undefined
}
