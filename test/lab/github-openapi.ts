import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabRequest } from './github-state.ts'
import { type Json, problemsBy, resolveIn } from './json-schema.ts'

const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

let known: Json | undefined

/**
 * GitHub's published OpenAPI description, reduced to the REST operations that the source calls. `npm run github:description`
 * extracts it from the npm package that the file names.
 */
export function description(): Json {
  const file = join(import.meta.dirname, 'github-description/description.json')
  known ??= JSON.parse(readFileSync(file, 'utf8')) as Json
  return known
}

/** One operation of the API. */
interface Operation {
  readonly method: string
  readonly path: RegExp
  readonly parameters: readonly Json[]
  readonly body: unknown
  readonly responses: Json
}

let table: readonly Operation[] | undefined

/** Names of refs contain slashes. In the paths of Git data operations they are the last parameter. */
const pattern = (template: string): RegExp =>
  new RegExp(`^${template.replace(/(\/git\/.*)\{ref\}$/, '$1.+').replace(/\{\w+\}/g, '[^/]+')}$`)

/** All operations, those with the fewest path parameters first. */
function operations(): readonly Operation[] {
  const root = description()
  const holes = (template: string): number => template.split('{').length
  table ??= [...entries(root['paths'])]
    .sort(([a], [b]) => holes(a) - holes(b))
    .flatMap(([template, item]) =>
      entries(item).map(([method, value]) => {
        const operation = resolveIn(root, value)
        const parameters = Array.isArray(operation['parameters']) ? operation['parameters'] : []
        return {
          method: method.toUpperCase(),
          path: pattern(template),
          parameters: parameters.map((one) => resolveIn(root, one)),
          body: jsonOf(root, operation['requestBody'])?.['schema'],
          responses: resolveIn(root, operation['responses']),
        }
      }),
    )
  return table
}

function jsonOf(root: Json, holder: unknown): Json | undefined {
  const content = resolveIn(root, resolveIn(root, holder)['content'])
  return content['application/json'] === undefined ? undefined : resolveIn(root, content['application/json'])
}

const operationOf = ({ method, path }: LabRequest): Operation | undefined =>
  operations().find((one) => one.method === method && one.path.test(path))

const checks = new Map<unknown, ReturnType<typeof problemsBy>>()

function problems(schema: unknown, value: unknown, texts = false): readonly string[] {
  if (schema === undefined) return []
  const check = checks.get(schema) ?? problemsBy(description(), schema, texts)
  checks.set(schema, check)
  return check(value)
}

/** Returns how a request violates the description. */
export function requestProblems(request: LabRequest, query: URLSearchParams): readonly string[] {
  const operation = operationOf(request)
  if (operation === undefined)
    return [`${request.method} ${request.path} is not an operation of the description`]
  const asked = [...query].flatMap(([name, value]) => {
    const parameter = operation.parameters.find((one) => one['in'] === 'query' && one['name'] === name)
    return parameter === undefined
      ? [`there is no parameter ${name}`]
      : problems(parameter['schema'], value, true).map((text) => `parameter ${name}: ${text}`)
  })
  const body = request.body === undefined ? [] : problems(operation.body, request.body)
  return [...asked, ...body.map((text) => `body: ${text}`)]
}

function merged(example: unknown, data: unknown): unknown {
  if (Array.isArray(data)) {
    const first: unknown = Array.isArray(example) ? example[0] : undefined
    return data.map((one) => merged(first, one))
  }
  if (typeof data !== 'object' || data === null) return data
  const base = typeof example === 'object' && example !== null && !Array.isArray(example) ? example : {}
  const shown = Object.entries(data).map(([key, value]) => [key, merged(Object(base)[key], value)])
  return { ...base, ...Object.fromEntries(shown) }
}

/** Completes a response from the published example: the values of the server replace those of the example. */
export function wholeAnswer(request: LabRequest, status: number, data: unknown): unknown {
  const root = description()
  const json = jsonOf(root, operationOf(request)?.responses[String(status)])
  const [, example] = entries(json?.['examples'])[0] ?? []
  return status < 300 ? merged(resolveIn(root, example)['value'], data) : data
}

/** Returns how a response violates the description. A status that it does not list is not checked. */
export function answerProblems(request: LabRequest, status: number, data: unknown): readonly string[] {
  const root = description()
  const json = jsonOf(root, operationOf(request)?.responses[String(status)])
  return problems(json?.['schema'], data).map((text) => `answer ${status}: ${text}`)
}
