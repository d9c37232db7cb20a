import { closest, distance } from 'fastest-levenshtein'
import type { core } from 'zod'
import type { Problem } from '../plugin/model/problem.ts'
import { movedSettings } from './moved-settings.ts'
import type { OpenedSettings } from './open-settings.ts'
import { elementOf, shapeOf } from './schema-walk.ts'

/** Where the settings of an issue are found, and what was expected of them. */
export interface IssueContext {
  readonly placeOf: OpenedSettings['placeOf']
  readonly schema: unknown
  /** The page that lists the settings. */
  readonly page: string
  /** The settings of the other kind of file. */
  readonly other: OtherSettings
}

/** The settings of the other kind of file, and what to do about one of them in this file. */
export interface OtherSettings {
  readonly schema: unknown
  /** What a message says of such a setting. */
  readonly says: string
  readonly hint: string
}

/** The problems in an issue of a schema: one for each unknown key. */
export function describeIssue(issue: core.$ZodIssue, context: IssueContext): readonly Problem[] {
  const { placeOf, schema, page, other } = context
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'settings.invalid',
      ...(moved(issue.path, key) ??
        misplaced(issue.path, key, other) ?? {
          message: `unknown setting ${[...issue.path, key].join('.')}`,
          hint: suggestion(key, knownKeys(schema, issue.path)),
        }),
      place: placeOf(issue.path, key),
    }))
  }
  const name = issue.path.join('.') || 'settings'
  return [
    {
      code: 'settings.invalid',
      message: `${name}: ${issue.message}`,
      place: placeOf(issue.path),
      hint: `See ${page} for the allowed values.`,
    },
  ]
}

/** What to do about a name that was removed; `undefined` for any other. */
function moved(path: readonly PropertyKey[], key: string): Pick<Problem, 'message' | 'hint'> | undefined {
  const name = [...path.filter((step) => typeof step !== 'number'), key].join('.')
  const hint = Object.hasOwn(movedSettings, name) ? movedSettings[name] : undefined
  return hint === undefined ? undefined : { message: `the setting ${name} was removed`, hint }
}

/** What to do about a name that belongs to the other kind of file; `undefined` for any other. */
function misplaced(
  path: readonly PropertyKey[],
  key: string,
  { schema, says, hint }: OtherSettings,
): Pick<Problem, 'message' | 'hint'> | undefined {
  if (!knownKeys(schema, path).includes(key)) return undefined
  return { message: `${[...path, key].join('.')} ${says}`, hint }
}

/** What to do about an unknown name: the known one that it resembles, or all known ones. */
export function suggestion(key: string, known: readonly string[]): string {
  const near = known.length === 0 ? undefined : closest(key, known)
  return near !== undefined && distance(key, near) <= Math.max(2, key.length / 3)
    ? `Did you mean ${near}?`
    : `Remove it. The settings here are: ${known.join(', ')}.`
}

/** The keys of a schema at a path. */
function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let at = schema
  for (const step of path) at = typeof step === 'number' ? elementOf(at) : shapeOf(at)?.[String(step)]
  return Object.keys(shapeOf(at) ?? {})
}
