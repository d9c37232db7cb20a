import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
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

/** GitHub's published schema. It defines one field twice, so it is taken as it is. */
function schema(): GraphQLSchema {
  const entry = fileURLToPath(import.meta.resolve('@octokit/graphql-schema'))
  known ??= buildSchema(readFileSync(createRequire(entry).resolve('./schema.graphql'), 'utf8'), {
    assumeValidSDL: true,
    assumeValid: true,
  })
  return known
}

/** What is wrong with a request by GitHub's published GraphQL schema: its document, then its variables. */
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

/** What a document asks for by a name is found by that name in the answer. */
const byKey: GraphQLFieldResolver<unknown, unknown> = (from, _, __, { path }) =>
  typeof from === 'object' && from !== null ? Reflect.get(from, path.key) : undefined

/**
 * What is wrong with the data that answers a request: the schema is executed on it, so every field that is asked for must
 * be there in its type, and nothing besides.
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
