import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import { isJsonObject } from '../../../plugin/model/json.ts'

/** One value over another: mappings are merged by key, lists of named items by name, anything else is replaced. */
export function merged(below: Json | undefined, above: Json): Json {
  if (isJsonObject(below) && isJsonObject(above)) {
    const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
    return Object.fromEntries(
      keys.map((key) => {
        const value = above[key]
        return [key, value === undefined ? (below[key] ?? null) : merged(below[key], value)]
      }),
    )
  }
  return isNamed(below) && isNamed(above) ? mergedByName(below, above) : above
}

const isNamed = (value: Json | undefined): value is readonly JsonObject[] =>
  Array.isArray(value) && value.every((item: Json) => isJsonObject(item) && typeof item['name'] === 'string')

const mergedByName = (below: readonly JsonObject[], above: readonly JsonObject[]): readonly Json[] => [
  ...below.map((item) => {
    const over = above.find((other) => other['name'] === item['name'])
    return over === undefined ? item : merged(item, over)
  }),
  ...above.filter((item) => !below.some((other) => other['name'] === item['name'])),
]
