import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kind, parse, print, visit } from 'graphql'

const plugin = join(import.meta.dirname, '../../../plugin')

/** The GraphQL documents of the source. Throws for one with a hole, because what fills it may name fields. */
function documents() {
  const files = readdirSync(plugin, { recursive: true }).filter((file) => file.endsWith('.ts'))
  const texts = files.map((file) => readFileSync(join(plugin, file), 'utf8'))
  const found = texts.flatMap((text) => text.match(/`(query|mutation)\b[^`]+`/g) ?? [])
  const open = found.find((one) => one.includes('${'))
  if (open !== undefined) throw new Error(`this document has a hole: ${open}`)
  return found
}

const roots = ['Query', 'Mutation']
const withFields = [Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION]

/** Names of the types that a definition refers to. Its interfaces do not count: they are kept when a field has their type. */
function typesIn(definition) {
  const names = []
  const parts = [...(definition.fields ?? []), ...(definition.types ?? [])]
  for (const part of parts) visit(part, { NamedType: ({ name }) => void names.push(name.value) })
  return names
}

/**
 * A GraphQL schema without prose, reduced to the fields that documents of the source name, and to the types of these fields.
 * Input types stay whole, so that a value that is missing or too much is seen.
 *
 * @param {string} sdl
 * @returns {string}
 */
export function reduceSchema(sdl) {
  const queries = documents()
  const used = new Set(queries.flatMap((query) => query.match(/\w+/g) ?? []))
  const asked = new Set(queries.flatMap((query) => query.match(/(?<=^[^{]+\{ )\w+/) ?? []))
  const brief = visit(parse(sdl, { noLocation: true }), {
    enter: ({ description, ...node }) => ({ ...node, directives: [] }),
  })
  const types = new Map()
  for (const one of brief.definitions) {
    if (one.name === undefined || one.kind === Kind.DIRECTIVE_DEFINITION) continue
    const fields = withFields.includes(one.kind)
      ? one.fields.filter(({ name }) => (roots.includes(one.name.value) ? asked : used).has(name.value))
      : one.fields
    types.set(one.name.value, { ...one, fields })
  }
  const kept = new Set()
  const waiting = [...roots]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (kept.has(name) || !types.has(name)) continue
    kept.add(name)
    const implementers = [...types.values()].filter(({ interfaces = [] }) =>
      interfaces.some((one) => one.name.value === name),
    )
    waiting.push(...typesIn(types.get(name)), ...implementers.map((one) => one.name.value))
  }
  return [...kept]
    .sort()
    .map((name) => types.get(name))
    .map(({ interfaces, ...one }) =>
      print({ ...one, ...(interfaces && { interfaces: interfaces.filter((i) => kept.has(i.name.value)) }) }),
    )
    .join('\n\n')
}
