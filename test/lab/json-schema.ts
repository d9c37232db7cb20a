import { Ajv, type ValidateFunction } from 'ajv'
import { z } from 'zod'

/** Part of an API description. */
export type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Resolves a reference within a description. Any other value is returned as it is. */
export function resolveIn(root: Json, value: unknown): Json {
  if (!isObject(value)) return {}
  if (typeof value['$ref'] !== 'string') return value
  const found = value['$ref']
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (isObject(at) ? at[key.replaceAll('~1', '/')] : undefined), root)
  return resolveIn(root, found)
}

const passedOver = new Set(['example', 'examples', 'description', 'nullable', 'discriminator', 'format'])

/** Converts a schema of OpenAPI 3.0 to JSON Schema: `nullable` becomes a type, and prose and formats are dropped. */
function translate(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(translate)
  if (!isObject(schema)) return schema
  const kept = Object.entries(schema)
    .filter(([key]) => !passedOver.has(key) && !key.startsWith('x-'))
    .map(([key, value]): [string, unknown] =>
      key === 'properties' && isObject(value)
        ? [key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, translate(one)]))]
        : [key, key === 'enum' || key === 'required' ? value : translate(value)],
    )
  const plain = Object.fromEntries(kept)
  return schema['nullable'] === true ? { anyOf: [plain, { type: 'null' }] } : plain
}

const references = (schema: unknown): readonly string[] =>
  [...JSON.stringify(schema ?? {}).matchAll(/"\$ref":"(#\/[^"]+)"/g)].map(([, ref = '']) => ref)

/** A schema with everything that it refers to, as one document. */
function closed(root: Json, schema: unknown): Json {
  const known = new Map<string, unknown>()
  const waiting = [...references(schema)]
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (known.has(ref)) continue
    const found = resolveIn(root, { $ref: ref })
    known.set(ref, translate(found))
    waiting.push(...references(found))
  }
  const named = (text: string) => JSON.stringify(['#', '$defs', text.replaceAll('/', '.').slice(2)].join('/'))
  const text = JSON.stringify({
    allOf: [translate(schema)],
    $defs: Object.fromEntries([...known].map(([ref, one]) => [ref.replaceAll('/', '.').slice(2), one])),
  })
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(text.replace(/"\$ref":"(#\/[^"]+)"/g, (_, ref: string) => `"$ref":${named(ref)}`)))
}

const ajv = new Ajv({ strict: false, logger: false, allErrors: true })
const lenient = new Ajv({ strict: false, logger: false, allErrors: true, coerceTypes: true })

/** Returns a function that lists how a value violates a schema. With `texts`, a text may be a number, as in queries. */
export function problemsBy(
  root: Json,
  schema: unknown,
  texts = false,
): (value: unknown) => readonly string[] {
  const check: ValidateFunction = (texts ? lenient : ajv).compile(closed(root, schema))
  return (value) => {
    if (check(structuredClone(value))) return []
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`)
  }
}
