import { ExpectedStop, type Problem } from '../plugin/model/problem.ts'
import { describeIssue, suggestion } from './describe-issue.ts'
import { checkDiscover } from './discover-rules.ts'
import { settingNames } from './find-settings.ts'
import { type OpenedSettings, openSettings, type SettingsText } from './open-settings.ts'
import { operatorSchema } from './operator.ts'
import { settingsSchema } from './schema.ts'
import { canBeAllowed, isOperatorSetting } from './setting-kinds.ts'

/** A file of operator settings, checked. */
export interface OpenedOperator extends OpenedSettings {
  /** Names that repositories may set. */
  readonly allow: readonly string[]
}

/** Parses and checks a file of operator settings. Throws `settings.syntax` or `settings.invalid` with all problems at once. */
export function openOperator(text: SettingsText): OpenedOperator {
  const opened = openSettings(text)
  const parsed = operatorSchema.safeParse(opened.raw)
  const { placeOf } = opened
  if (!parsed.success) {
    const context = { placeOf, schema: operatorSchema, page: 'docs/operator-settings.md', other }
    throw new ExpectedStop(parsed.error.issues.flatMap((issue) => describeIssue(issue, context)))
  }
  const { allow = [], clusters = [], discover } = parsed.data
  const problems = [
    ...allow.flatMap((name, index) =>
      problemsOfName(name).map((one) => ({ ...one, place: placeOf(['allow', index]) })),
    ),
    ...repeated(clusters.map(({ name }) => name)).map((index) => ({
      code: 'settings.invalid' as const,
      message: `the name ${clusters[index]?.name} is used by two clusters`,
      hint: 'Give each cluster its own name.',
      place: placeOf(['clusters', index, 'name']),
    })),
    ...checkDiscover(discover ?? {}, clusters).map(({ path, ...one }) => ({ ...one, place: placeOf(path) })),
  ]
  if (problems.length > 0) throw new ExpectedStop(problems)
  return { ...opened, allow: allow.map(bareName) }
}

const other = {
  schema: settingsSchema,
  says: 'is a repository setting',
  hint: 'Put it into tortoise.yaml of the repository.',
}

const repeated = (names: readonly string[]): readonly number[] =>
  names.flatMap((name, index) => (names.indexOf(name) === index ? [] : [index]))

/** Allowed names as they are compared: `clusters[].prometheus` is `clusters.prometheus`. Throws `usage` for an unknown one. */
export function allowedNames(names: readonly string[], origin: string): readonly string[] {
  const problems = names.flatMap((name) => problemsOfName(name))
  if (problems.length > 0)
    throw new ExpectedStop(
      problems.map((one) => ({ ...one, code: 'usage', message: `${origin}: ${one.message}` })),
    )
  return names.map(bareName)
}

const bareName = (name: string): string => name.replaceAll('[]', '')

function problemsOfName(given: string): readonly Problem[] {
  const name = bareName(given)
  const known = settingNames()
  const inside = known.filter((one) => one === name || one.startsWith(`${name}.`))
  if (inside.some(canBeAllowed)) return []
  const code = 'settings.invalid'
  if (inside.length === 0)
    return [
      {
        code,
        message: `there is no setting ${given} to allow`,
        hint: suggestion(name, known.filter(canBeAllowed)),
      },
    ]
  return inside.some(isOperatorSetting)
    ? [
        {
          code,
          message: `${given} cannot be allowed, because it decides which programs run`,
          hint: 'Set it in the operator settings.',
        },
      ]
    : [{ code, message: `${given} needs no permission: repositories set it`, hint: 'Remove it.' }]
}
