import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabRequest } from './github-state.ts'
import { type Json, problemsBy, resolveIn } from './json-schema.ts'

const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

let known: Json | undefined

/**
 * GitHub's published description of the operations of its REST API that the source calls. `npm run github:description`
 * takes it from the npm package that the file names.
 */
export function description(): Json {
  const file = join(import.meta.dirname, 'github-openapi/description.json')
  known ??= JSON.parse(readFileSync(file, 'utf8')) as Json
  return known
}

/** One call of the API, as it is published. */
interface Operation {
  readonly method: string
  readonly path: RegExp
  readonly parameters: readonly Json[]
  readonly body: unknown
  readonly responses: Json
}

let table: readonly Operation[] | undefined

/** Names of refs hold slashes; they stand at the end of the calls of Git's own data. */
const pattern = (template: string): RegExp =>
  new RegExp(`^${template.replace(/(\/git\/.*)\{ref\}$/, '$1.+').replace(/\{\w+\}/g, '[^/]+')}$`)

/** Every call, those with the fewest names to fill in first. */
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

/** What is wrong with a request by GitHub's published description. */
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

/** An answer as GitHub would give it: what the server says, in the place of the published example's own words. */
export function wholeAnswer(request: LabRequest, status: number, data: unknown): unknown {
  const root = description()
  const json = jsonOf(root, operationOf(request)?.responses[String(status)])
  const [, example] = entries(json?.['examples'])[0] ?? []
  return status < 300 ? merged(resolveIn(root, example)['value'], data) : data
}

/** What is wrong with an answer by GitHub's published description; statuses that it does not tell of are passed over. */
export function answerProblems(request: LabRequest, status: number, data: unknown): readonly string[] {
  const root = description()
  const json = jsonOf(root, operationOf(request)?.responses[String(status)])
  return problems(json?.['schema'], data).map((text) => `answer ${status}: ${text}`)
}
