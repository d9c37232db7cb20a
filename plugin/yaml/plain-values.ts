import { CORE_SCHEMA, defineMappingTag, loadAll, mapTag } from 'js-yaml'
import type { Json } from '../model/json.ts'
import { keptPerText } from './per-text.ts'

const mostDocuments = 50_000

/** Mappings whose keys are texts; another key becomes a text in different ways, and `<<` may mean a merge. */
const textKeys = defineMappingTag(mapTag.tagName, {
  ...mapTag,
  addPair: (mapping, key, value) =>
    typeof key === 'string' && key !== '<<' ? mapTag.addPair(mapping, key, value) : 'the key is no text',
})

const schema = CORE_SCHEMA.withTags(textKeys)

/** Directives, ends of documents, line breaks, indentation and anchors that parsers read differently. */
const unclear = /^%|^\.\.\.|\uFEFF|\r(?!\n)|[\u0085\u2028\u2029]|^ *\t|^ +---|(?:^|[\s[{,])&/m

/** Whether a document is one scalar, whose indentation parsers count differently. */
const isText = (value: unknown): boolean => typeof value !== 'object'

/**
 * The documents of a stream as values, in a third of the time that the parser with positions takes; `undefined` for a text
 * that is not YAML, or that two parsers may read differently: one with aliases, merge keys, tags, directives, keys that are
 * no text, no mapping or list, or more than 100 levels. The last one of equal keys counts; with `uniqueKeys` a text with equal keys gives
 * `undefined` too.
 */
export function plainValues(
  text: string,
  { uniqueKeys = false }: { readonly uniqueKeys?: boolean } = {},
): readonly Json[] | undefined {
  if (unclear.test(text)) return undefined
  try {
    // One document after the other: a line of three dashes ends one wherever it is.
    const values = text
      .split(/^(?=---(?:\s|$))/m)
      .flatMap((part) => loadAll(part, { schema, json: !uniqueKeys, maxAliases: 0 }))
    return values.length > mostDocuments || values.some(isText) ? undefined : (values as Json[])
  } catch {
    return undefined
  }
}

/** The same for the text of a file, which is read again and again: the values are shared, so nothing may change them. */
export const fileValues = keptPerText('values', (text) => plainValues(text))
