import { isJsonObject, type Json, type JsonObject, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'

type Variables = Pick<ReadonlyMap<string, string>, 'get'>

/** How many characters variables may add to one object; etcd takes 1.5 million bytes of it. */
const mostAdded = 4 * 1024 ** 2

/**
 * An object with variables substituted as Flux does after a build: `${name}`, with defaults behind `:=`, `:-`, `=` or `-`.
 * A variable that is not known here (it may come from a Secret) is kept as written, so that no field takes its value. Throws
 * `source.render` where the object becomes too large.
 */
export function substituteVariables(object: JsonObject, variables: Variables): JsonObject {
  const switches = ['labels', 'annotations'].map((kind) =>
    valueAt(object, ['metadata', kind, 'kustomize.toolkit.fluxcd.io/substitute']),
  )
  return switches.includes('disabled') ? object : (substituted(object, limited(variables)) as JsonObject)
}

/** The same variables until they have added too much: a long one may be referred to any number of times. */
function limited(variables: Variables): Variables {
  let added = 0
  return {
    get: (name) => {
      const value = variables.get(name)
      added += value?.length ?? 0
      if (added <= mostAdded) return value
      throw stop('source.render', `variables add more than ${mostAdded / 1024 ** 2} MiB to one object`)
    },
  }
}

function substituted(value: Json, variables: Variables): Json {
  if (typeof value === 'string') return value.includes('$') ? replacedText(value, variables) : value
  if (Array.isArray(value)) return value.map((item: Json) => substituted(item, variables))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituted(inner, variables)]))
}

const placeholder = /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[=-])([^}]{0,4096}))?\}/g

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
