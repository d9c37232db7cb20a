import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { buildSchema, type GraphQLSchema, getVariableValues, Kind, parse, validate } from 'graphql'

let known: GraphQLSchema | undefined

/** GitHub's published schema. It defines one field twice, so it is taken as it is. */
function schema(): GraphQLSchema {
  const entry = fileURLToPath(import.meta.resolve('@octokit/graphql-schema'))
  known ??= buildSchema(readFileSync(createRequire(entry).resolve('./schema.graphql'), 'utf8'), {
    assumeValidSDL: true,
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
