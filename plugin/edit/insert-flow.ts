import type { Node, YAMLMap } from 'yaml'
import { isMap, isScalar } from 'yaml'
import type { YamlPath } from '../model/site.ts'
import type { Inserted, Insertion } from './insertion.ts'
import { inserted, refused } from './insertion.ts'
import { endOf, keyToken } from './layout.ts'

/** Adds a path at the end of a flow mapping (`{a: 1}`). */
export function extendFlowMap(value: Insertion['value'], map: YAMLMap, path: YamlPath): Inserted {
  if (typeof value !== 'string' || !map.range) return refused('a block cannot be written into a flow mapping')
  const last = map.items.at(-1)
  const end = last === undefined ? map.range[0] + 1 : endOf((last.value ?? last.key) as Node)
  return inserted({ start: end, end, text: `, ${flowPair(path, value, isJson(map))}` })
}

/** An empty value inside a flow mapping or list, to be filled. */
interface EmptyValue {
  /** The mapping or list around it. */
  readonly flow: Node
  readonly placeholder: Node | undefined
}

/** Fills an empty value inside a flow mapping: `{a: null}` becomes `{a: {key: value}}`. */
export function fillFlow(
  value: Insertion['value'],
  path: YamlPath,
  { flow, placeholder }: EmptyValue,
): Inserted {
  const range = placeholder?.range
  if (typeof value !== 'string' || path.length === 0)
    return refused('a block cannot be written into a flow mapping')
  if (!range || range[1] <= range[0]) return refused('an empty value in a flow mapping cannot be filled')
  const json = isMap(flow) && isJson(flow)
  return inserted({ start: range[0], end: range[1], text: `{${flowPair(path, value, json)}}` })
}

/** `key: {inner: value}`, with everything in quotes where the text is JSON. */
function flowPair(path: YamlPath, value: string, json: boolean): string {
  const token = json ? (key: string) => JSON.stringify(key) : keyToken
  const scalar = json && !/^("|\d+$)/.test(value) ? JSON.stringify(value) : value
  const keys = path.map(String)
  const inner = keys.slice(1).reduceRight((text, key) => `{${token(key)}: ${text}}`, scalar)
  return `${token(keys[0] ?? '')}: ${inner}`
}

/** Whether all keys of a mapping are in double quotes, as in JSON. */
const isJson = (map: YAMLMap): boolean =>
  map.items.every(({ key }) => isScalar(key) && key.type === 'QUOTE_DOUBLE')
