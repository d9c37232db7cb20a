import type { Json, JsonObject } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'

/** Variables of a container by name. */
export type Environment = ReadonlyMap<string, string>

/** Longest text with references, and longest text that they make of it: variables that name each other would grow without end. */
const longest = 4096

/** A text with `$(NAME)` replaced by the variable, as Kubernetes does in commands, arguments and values; `$$(` stays. */
export function expanded(text: string, variables: Environment): string {
  if (text.length > longest || !text.includes('$(')) return text
  return text
    .replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) =>
      name === undefined ? whole : (variables.get(name) ?? whole),
    )
    .slice(0, longest)
}

/**
 * The variables of a container whose values are known, with references to those before them replaced: literals, and those
 * of ConfigMaps.
 */
export function environmentOf(
  container: JsonObject,
  configMaps: ReadonlyMap<string, JsonObject>,
): Environment {
  const found = new Map<string, string>()
  for (const source of listOf(container['envFrom'])) {
    const prefix = textOf(valueAt(source, ['prefix'])) ?? ''
    const data = configMaps.get(textOf(valueAt(source, ['configMapRef', 'name'])) ?? '')
    for (const [key, value] of Object.entries(data ?? {})) found.set(`${prefix}${key}`, textOf(value) ?? '')
  }
  for (const entry of listOf(container['env'])) {
    const [name, value] = [textOf(valueAt(entry, ['name'])), textOfEntry(entry, configMaps)]
    if (name !== undefined && value !== undefined) found.set(name, expanded(value, found))
  }
  return found
}

function textOfEntry(entry: Json, configMaps: ReadonlyMap<string, JsonObject>): string | undefined {
  const key = valueAt(entry, ['valueFrom', 'configMapKeyRef'])
  if (!isJsonObject(key)) return textOf(valueAt(entry, ['value']))
  return textOf(configMaps.get(textOf(key['name']) ?? '')?.[textOf(key['key']) ?? ''])
}
