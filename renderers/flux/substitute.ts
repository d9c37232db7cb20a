import { isJsonObject, type Json, type JsonObject, valueAt } from '../../plugin/model/json.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'

type Variables = ReadonlyMap<string, string>

/**
 * An object with variables substituted as Flux does after a build: `${name}`, with defaults behind `:=`, `:-`, `=` or `-`.
 * A variable that is not known here (it may come from a Secret) is kept as written, so that no field takes its value.
 */
export function substituteVariables(object: JsonObject, variables: Variables): JsonObject {
  const switches = ['labels', 'annotations'].map((kind) =>
    valueAt(object, ['metadata', kind, 'kustomize.toolkit.fluxcd.io/substitute']),
  )
  return switches.includes('disabled') ? object : (substituted(object, variables) as JsonObject)
}

function substituted(value: Json, variables: Variables): Json {
  if (typeof value === 'string') return value.includes('$') ? replacedText(value, variables) : value
  if (Array.isArray(value)) return value.map((item: Json) => substituted(item, variables))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituted(inner, variables)]))
}

const placeholder = /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[=-])([^}]*))?\}/g

function replacedText(text: string, variables: Variables): Json {
  const result = text.replace(
    placeholder,
    (whole, name: string | undefined, how?: string, otherwise = '') => {
      if (name === undefined) return '$'
      const value = variables.get(name)
      if (value === undefined || (value === '' && how?.startsWith(':')))
        return how === undefined ? whole : otherwise
      return value
    },
  )
  // Flux reads the result as YAML again: a value that is only a variable may become a number.
  return result !== text && /^\$\{[^}]*\}$/.test(text) ? scalar(result) : result
}

function scalar(text: string): Json {
  try {
    const value = parseValue(text)
    return typeof value === 'number' || typeof value === 'boolean' ? value : text
  } catch {
    return text
  }
}
