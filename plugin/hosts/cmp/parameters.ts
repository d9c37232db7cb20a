import type { ParameterReader, ParameterShape, ParameterTable } from '../../../renderers/parameters.ts'
import { stop } from '../../model/problem.ts'

type Given = Readonly<Record<string, unknown>>

/**
 * Reads `ARGOCD_APP_PARAMETERS`: a JSON list, `null`, or nothing at all. Of two parameters with one name the last wins;
 * flags win over all. Throws `usage` when the text is not such a list, or when `table` does not hold a name.
 */
export function readParameters(
  json: string | undefined,
  table: ParameterTable,
  flags: readonly Given[] = [],
): ParameterReader {
  const entries = new Map([...entriesIn(json), ...flags].map((one) => [nameOf(one, table), one]))
  const givenAs = (name: string, shape: ParameterShape): unknown => {
    if (table[name]?.shape !== shape) throw new Error(`no parameter ${name} is a ${shape}`)
    return entries.get(name)?.[shape] ?? undefined
  }
  const text = (name: string): string | undefined => {
    const value = givenAs(name, 'string')
    if (value === undefined || value === '') return table[name]?.usual
    return typeof value === 'string' ? value : wrong(name, 'a string')
  }
  return {
    text,
    list: (name) => textsIn(name, givenAs(name, 'array') ?? []),
    map: (name) => pairsIn(name, givenAs(name, 'map') ?? {}),
    flag: (name) => flagOf(name, text(name)),
  }
}

function entriesIn(json: string | undefined): readonly Given[] {
  const value = parse(json)
  if (value === null || value === undefined) return []
  if (Array.isArray(value))
    return value.filter((one): one is Given => typeof one === 'object' && one !== null)
  throw stop('usage', 'ARGOCD_APP_PARAMETERS is not a list of parameters')
}

function parse(json: string | undefined): unknown {
  if (json === undefined || json.trim() === '') return undefined
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw stop('usage', 'ARGOCD_APP_PARAMETERS is not JSON', { cause })
  }
}

/** The name of a parameter. An unknown name is a mistake: to ignore it would render something other than was meant. */
function nameOf({ name }: Given, table: ParameterTable): string {
  if (typeof name === 'string' && Object.hasOwn(table, name)) return name
  throw stop('usage', `there is no plugin parameter ${JSON.stringify(name)}`, {
    hint: `Known parameters: ${Object.keys(table).join(', ')}.`,
  })
}

const wrong = (name: string, shape: string): never => {
  throw stop('usage', `the plugin parameter ${name} must be ${shape}`, {
    hint: 'Correct it under spec.source.plugin.parameters of the Application.',
  })
}

const textsIn = (name: string, value: unknown): readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? value
    : wrong(name, 'a list of strings')

function pairsIn(name: string, value: unknown): readonly (readonly [string, string])[] {
  const pairs =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : wrong(name, 'a map of strings')
  return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')
    ? [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))
    : wrong(name, 'a map of strings')
}

function flagOf(name: string, text: string | undefined): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return wrong(name, 'true or false')
}
