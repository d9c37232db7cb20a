import { stop } from '../../model/problem.ts'
import { type Announced, type Kind, parameterTable } from './parameter-table.ts'

type Known = typeof parameterTable
type NameOf<K extends Kind> = { [N in keyof Known]: Known[N]['kind'] extends K ? N : never }[keyof Known]

/** Reads parameters by name; a value of the wrong shape stops, naming the parameter. */
export interface Parameters {
  readonly text: (name: NameOf<'string'>) => string | undefined
  readonly list: (name: NameOf<'array'>) => readonly string[]
  readonly map: (name: NameOf<'map'>) => readonly (readonly [string, string])[]
  readonly flag: (name: NameOf<'string'>) => boolean
}

type Given = Readonly<Record<string, unknown>>

/** Reads `ARGOCD_APP_PARAMETERS`: a JSON list, `null`, or nothing at all. Of two parameters with one name the last wins, and flags over all. */
export function readParameters(json: string | undefined, flags: readonly Given[] = []): Parameters {
  const entries = new Map([...entriesIn(json), ...flags].map((one) => [nameOf(one), one]))
  const valueFor = (name: keyof Known): unknown => entries.get(name)?.[parameterTable[name].kind] ?? undefined
  const text = (name: NameOf<'string'>): string | undefined => {
    const value = valueFor(name)
    if (value === undefined || value === '') return (parameterTable[name] as Announced).usual
    return typeof value === 'string' ? value : wrong(name, 'a text')
  }
  return {
    text,
    list: (name) => textsIn(name, valueFor(name) ?? []),
    map: (name) => pairsIn(name, valueFor(name) ?? {}),
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

/** A name that nobody knows is a slip of the pen; left aside, it would render something else than was meant. */
function nameOf({ name }: Given): keyof Known {
  if (typeof name === 'string' && Object.hasOwn(parameterTable, name)) return name as keyof Known
  throw stop('usage', `there is no plugin parameter ${JSON.stringify(name)}`, {
    hint: `Known are ${Object.keys(parameterTable).join(', ')}.`,
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
    : wrong(name, 'a list of texts')

function pairsIn(name: string, value: unknown): readonly (readonly [string, string])[] {
  const pairs =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : wrong(name, 'a map of texts')
  return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')
    ? [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))
    : wrong(name, 'a map of texts')
}

function flagOf(name: string, text: string | undefined): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return wrong(name, 'true or false')
}

/** The parameters to announce for a source of a kind, as Argo CD reads them: a JSON list. */
export function announcement(kind: string): string {
  const entries: readonly (readonly [string, Announced])[] = Object.entries(parameterTable)
  const shown = entries.filter(
    ([, { sources }]) => sources === undefined || sources.some((one) => one === kind),
  )
  return JSON.stringify(
    shown.map(([name, { title, tooltip, kind: collectionType, usual }]) => ({
      name,
      title,
      tooltip,
      collectionType,
      ...(usual === undefined ? {} : { string: usual }),
    })),
  )
}
