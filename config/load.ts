import { ExpectedStop, type Place, type Problem } from '../plugin/model/problem.ts'
import { describeIssue } from './describe-issue.ts'
import { mergeSettings } from './merge-settings.ts'
import { type OpenedSettings, openSettings, type SettingPath } from './open-settings.ts'
import { operatorSchema } from './operator.ts'
import { openOperator } from './operator-file.ts'
import { checkSettings } from './rules.ts'
import { type Settings, settingsSchema } from './schema.ts'
import { isMapping } from './schema-walk.ts'
import { type SettingsRequest, screen } from './screen-settings.ts'

/**
 * Parses the text of a settings file that is not part of a repository, so that it may hold operator settings; an empty
 * text gives the defaults. Throws an ExpectedStop with all problems at once (`settings.syntax`, `settings.invalid`), each
 * with its place and a hint.
 */
export const loadSettings = (file: string, text: string): Settings =>
  combineSettings({ main: { file, text } })

/**
 * Merges a settings file with the operator settings. Operator settings that the file may not give are left out, and listed
 * in `denied`. Throws like `loadSettings`.
 */
export function combineSettings(request: SettingsRequest): Settings {
  const main = openSettings(request.main)
  const operator = request.operator && openOperator(request.operator)
  const screened = screen(main, operator, request)
  const raw = mergeSettings(screened.main, screened.operator)
  const placeOf = placesInBoth(raw, main, operator)
  const parsed = settingsSchema.safeParse(raw)
  if (!parsed.success)
    throw invalid(parsed.error.issues.flatMap((issue) => describeIssue(issue, { placeOf, ...known })))
  const problems = checkSettings(parsed.data, {
    isComplete: request.isReviewed !== true && operator === undefined,
    listsClusters: clustersOf(main.raw).length > 0,
  })
  if (problems.length > 0)
    throw invalid(problems.map(({ path, ...problem }) => ({ ...problem, place: placeOf(path) })))
  const { denied, operated } = screened
  const { sandbox = parsed.data.sandbox, repository } = request
  return { ...parsed.data, sandbox, denied, operated, ...(repository === undefined ? {} : { repository }) }
}

const known = {
  schema: settingsSchema,
  page: 'docs/settings.md',
  other: {
    schema: operatorSchema,
    says: 'is an operator setting',
    hint: 'Put it into the operator settings. See docs/operator-settings.md.',
  },
}

const invalid = (problems: readonly Problem[]): ExpectedStop => new ExpectedStop(problems)

/** Finds the place of a merged setting: in the operator settings where they have it, else in the main file. */
function placesInBoth(
  raw: unknown,
  main: OpenedSettings,
  operator: OpenedSettings | undefined,
): (path: SettingPath, key?: string) => Place {
  if (operator === undefined) return main.placeOf
  return (path, key) => {
    const own = pathIn(operator, raw, path)
    return own !== undefined && operator.has(own, key) ? operator.placeOf(own, key) : main.placeOf(path, key)
  }
}

/** The path of a merged setting in the operator settings, whose clusters may be in another order. */
function pathIn(operator: OpenedSettings, merged: unknown, path: SettingPath): SettingPath | undefined {
  const [first, index, ...rest] = path
  if (first !== 'clusters' || typeof index !== 'number') return path
  const name = nameAt(merged, index)
  const own = clustersOf(operator.raw).findIndex((one) => isMapping(one) && one['name'] === name)
  return own < 0 ? undefined : [first, own, ...rest]
}

const clustersOf = (raw: unknown): readonly unknown[] =>
  isMapping(raw) && Array.isArray(raw['clusters']) ? raw['clusters'] : []

const nameAt = (raw: unknown, index: number): unknown => {
  const cluster = clustersOf(raw)[index]
  return isMapping(cluster) ? cluster['name'] : undefined
}
