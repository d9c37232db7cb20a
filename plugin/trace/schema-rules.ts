import type { Json, JsonObject } from '../model/json.ts'
import { isJsonObject, listOf, valueAt } from '../model/json.ts'
import type { YamlPath } from '../model/site.ts'
import type { InputFile, RepositoryView } from '../model/source.ts'
import type { ValueRules } from '../model/value-rules.ts'
import { perText } from '../yaml/per-text.ts'
import { directoryOf } from './sources/detect.ts'

/**
 * The rules that the schemas of a source's charts have for a values key: its own schema, or that of the subchart which
 * takes the key. `undefined` where no schema restricts the key to certain numbers or texts.
 */
export async function schemaRules(
  keys: YamlPath,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<ValueRules | undefined> {
  const files = inputs.filter(({ at }) => at.split('/').at(-1) === 'values.schema.json')
  for (const { at, path } of files) {
    const text = (await view.read(path))?.text
    const root = text === undefined ? undefined : parseSchema(text)
    const inside = root === undefined ? undefined : keysInChart(keys, directoryOf(at), inputs)
    const schemas = inside === undefined ? undefined : schemaAt(root, inside)
    const rules = schemas === undefined ? undefined : rulesOf(schemas, keys.join('.'))
    if (rules !== undefined) return rules
  }
  return undefined
}

/** A values key as the chart of a directory reads it: without the keys under which the values hold those of a subchart. */
function keysInChart(keys: YamlPath, directory: string, inputs: readonly InputFile[]): YamlPath | undefined {
  const values = inputs.find(({ at }) => directoryOf(at) === directory && /(^|\/)values\.yaml$/.test(at))
  const prefixes = values?.valuesKeys ?? [[]]
  const prefix = prefixes.find((outer) => outer.every((step, index) => keys[index] === step))
  return prefix === undefined ? undefined : keys.slice(prefix.length)
}

const parseSchema = perText((text): JsonObject | undefined => {
  try {
    const root: Json = JSON.parse(text)
    return isJsonObject(root) ? root : undefined
  } catch {
    // Helm reports a schema that is no JSON.
    return undefined
  }
})

/** References followed for one key: a schema that refers to itself ends. */
const mostReferences = 32

/** The schemas of a key, each of which its value must satisfy; `undefined` where none is found. */
function schemaAt(root: Json | undefined, keys: YamlPath): readonly JsonObject[] | undefined {
  let references = 0
  const expand = (schema: Json | undefined): readonly JsonObject[] => {
    if (!isJsonObject(schema)) return []
    const { $ref: reference, allOf } = schema
    const isFollowed = typeof reference === 'string' && ++references <= mostReferences
    const referred = isFollowed ? expand(valueAt(root, pointerSteps(reference))) : []
    const all = references > mostReferences ? [] : listOf(allOf).flatMap(expand)
    return [schema, ...referred, ...all]
  }
  let current = expand(root)
  for (const key of keys) {
    if (typeof key === 'number') return undefined
    current = current.flatMap((schema) => {
      const { properties, additionalProperties } = schema
      const own = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined
      return expand(own ?? additionalProperties)
    })
  }
  return current.length === 0 ? undefined : current
}

/** The steps of a reference inside the same schema; of any other, steps that lead nowhere. */
const pointerSteps = (reference: string): readonly string[] =>
  reference.startsWith('#/')
    ? reference
        .slice(2)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : ['\0']

function rulesOf(schemas: readonly JsonObject[], key: string): ValueRules | undefined {
  const listed = schemas.map((one) => one['enum']).find((some) => Array.isArray(some))
  if (listed !== undefined) return { key, oneOf: listOf(listed).filter(isWritable) }
  const types = schemas.map(({ type }) => (Array.isArray(type) ? listOf(type) : [type]))
  const isNumber = types.some((some) => some.some(isNumberType) && !some.includes('string'))
  if (!isNumber) return undefined
  const numbers = (name: string): readonly number[] =>
    schemas.map((one) => one[name]).filter((one): one is number => typeof one === 'number')
  const whole = types.some((some) => some.includes('integer') && !some.includes('number')) ? [1] : []
  const [minimum, maximum] = [Math.max(...numbers('minimum')), Math.min(...numbers('maximum'))]
  return {
    key,
    step: Math.max(0, ...numbers('multipleOf'), ...whole),
    ...(Number.isFinite(minimum) ? { minimum } : {}),
    ...(Number.isFinite(maximum) ? { maximum } : {}),
  }
}

const isNumberType = (type: Json | undefined): boolean => type === 'integer' || type === 'number'

const isWritable = (one: Json): one is string | number => typeof one === 'string' || typeof one === 'number'
