import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  buildSchema,
  executeSync,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  parse,
  validate,
} from 'graphql'

let known: GraphQLSchema | undefined

/** GitHub's published GraphQL schema, reduced by `npm run github:description` to the fields that the source names. */
function schema(): GraphQLSchema {
  known ??= buildSchema(readFileSync(join(import.meta.dirname, 'github-description/schema.graphql'), 'utf8'))
  return known
}

/** Returns how a request violates the schema: its document, then its variables. */
export function graphqlProblems(
  query: string,
  variables: Readonly<Record<string, unknown>>,
): readonly string[] {
  const document = parse(query)
  const invalid = validate(schema(), document)
  if (invalid.length > 0) return invalid.map(({ message }) => message)
  const asked = document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? [...(one.variableDefinitions ?? [])] : [],
  )
  const { errors = [] } = getVariableValues(schema(), asked, variables)
  return errors.map(({ message }) => message)
}

/** Resolves a field by its alias in the response. */
const byKey: GraphQLFieldResolver<unknown, unknown> = (from, _, __, { path }) =>
  typeof from === 'object' && from !== null ? Reflect.get(from, path.key) : undefined

/**
 * Returns how the data of a response violates the schema. The schema is executed on the data, so each requested field must
 * be there with its type, and no other field.
 */
export function graphqlAnswerProblems(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  answer: unknown,
): readonly string[] {
  const { data, errors = [] } = executeSync({
    schema: schema(),
    document: parse(query),
    rootValue: answer,
    variableValues: variables,
    fieldResolver: byKey,
  })
  if (errors.length > 0) return errors.map(({ message }) => message)
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  return isDeepStrictEqual(plain(data), plain(answer)) ? [] : ['the answer holds what was not asked for']
}
