import { isJsonObject, type Json } from '../../model/json.ts'
import type { YamlPath } from '../../model/site.ts'

/** How many mappings are searched. */
export const mostMappings = 5_000

/** The paths of all mappings in a value. */
export function mappingsIn(value: Json, at: YamlPath = []): readonly YamlPath[] {
  const own = isJsonObject(value) ? [at] : []
  const inner = entriesOf(value).flatMap(([key, one]) => mappingsIn(one, [...at, key]))
  return [...own, ...inner].slice(0, mostMappings)
}

export function entriesOf(value: Json | undefined): readonly (readonly [string | number, Json])[] {
  if (Array.isArray(value)) return [...value.entries()]
  return isJsonObject(value) ? Object.entries(value) : []
}
