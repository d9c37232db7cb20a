import { closest, distance } from 'fastest-levenshtein'
import type { Document, Node } from 'yaml'
import { isMap } from 'yaml'
import type { core } from 'zod'
import type { Place, Problem } from '../plugin/model/problem.ts'
import { ExpectedStop } from '../plugin/model/problem.ts'
import type { YamlText } from '../plugin/yaml/open.ts'
import { openYaml } from '../plugin/yaml/open.ts'
import { checkSettings } from './rules.ts'
import type { Settings } from './schema.ts'
import { settingsSchema } from './schema.ts'

/**
 * Parses the text of a settings file; an empty text gives the defaults. Throws an ExpectedStop with all problems at once
 * (`settings.syntax`, `settings.invalid`), each with its place and a hint.
 */
export function loadSettings(file: string, text: string): Settings {
  const opened = openYaml(file, text)
  if (!opened.ok) {
    const { message, place } = opened.problem
    throw new ExpectedStop([
      { code: 'settings.syntax', message, ...(place && { place }), hint: 'Correct the YAML here.' },
    ])
  }
  const { yaml } = opened
  const parsed = settingsSchema.safeParse(yaml.documents[0]?.toJS() ?? {})
  const places = placesIn(file, yaml)
  if (!parsed.success)
    throw new ExpectedStop(parsed.error.issues.flatMap((issue) => describeIssue(issue, places)))
  const problems = checkSettings(parsed.data).map(({ path, ...problem }) => ({
    ...problem,
    place: places(path),
  }))
  if (problems.length > 0) throw new ExpectedStop(problems)
  return parsed.data
}

type Places = (path: readonly PropertyKey[], key?: string) => Place

/** Returns a function that finds the place of a setting: its key when one is given, else its value, else the nearest parent. */
function placesIn(file: string, yaml: YamlText): Places {
  const document = yaml.documents[0]
  return (path, key) => {
    for (let length = path.length; length >= 0; length--) {
      const node = document === undefined ? undefined : nodeAt(document, path.slice(0, length))
      const range = (key === undefined ? node : (keyIn(node, key) ?? node))?.range
      if (range) return { file, ...yaml.at(range[0]) }
    }
    return { file, line: 1, column: 1 }
  }
}

const nodeAt = (document: Document.Parsed, path: readonly PropertyKey[]): Node | undefined =>
  path.length === 0
    ? (document.contents ?? undefined)
    : ((document.getIn(path, true) as Node | undefined) ?? undefined)

function keyIn(node: Node | undefined, key: string): Node | undefined {
  if (!isMap(node)) return undefined
  return node.items.map((pair) => pair.key as Node).find((candidate) => String(candidate) === key)
}

function describeIssue(issue: core.$ZodIssue, places: Places): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'settings.invalid',
      message: `unknown setting ${[...issue.path, key].join('.')}`,
      place: places(issue.path, key),
      hint: suggestion(key, issue.path),
    }))
  }
  const name = issue.path.join('.') || 'settings'
  return [
    {
      code: 'settings.invalid',
      message: `${name}: ${issue.message}`,
      place: places(issue.path),
      hint: 'See docs/settings.md for the allowed values.',
    },
  ]
}

function suggestion(key: string, path: readonly PropertyKey[]): string {
  const known = knownKeys(path)
  const near = known.length === 0 ? undefined : closest(key, known)
  return near !== undefined && distance(key, near) <= Math.max(2, key.length / 3)
    ? `Did you mean ${near}?`
    : `Remove it. The settings here are: ${known.join(', ')}.`
}

/** The keys of the schema at a path. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = settingsSchema
  for (const step of path)
    schema = typeof step === 'number' ? elementOf(schema) : shapeOf(schema)?.[String(step)]
  return Object.keys(shapeOf(schema) ?? {})
}

interface Wrapped {
  readonly def?: { readonly innerType?: unknown; readonly in?: unknown; readonly element?: unknown }
  readonly shape?: Readonly<Record<string, unknown>>
}

/** The inner schema without defaults, optionals and transforms. */
function unwrap(schema: unknown): Wrapped {
  let bare = schema as Wrapped | undefined
  for (let inner: unknown = bare; inner !== undefined; inner = bare?.def?.innerType ?? bare?.def?.in)
    bare = inner as Wrapped
  return bare ?? {}
}

const shapeOf = (schema: unknown): Readonly<Record<string, unknown>> | undefined => unwrap(schema).shape
const elementOf = (schema: unknown): unknown => unwrap(schema).def?.element
