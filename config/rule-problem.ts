import type { Problem } from '../plugin/model/problem.ts'

/** A problem of settings that are valid by themselves, but not together. */
export interface RuleProblem extends Omit<Problem, 'place'> {
  readonly path: readonly (string | number)[]
}

/** The problem of a setting that breaks a rule. */
export const ruleProblem = (path: RuleProblem['path'], message: string, hint: string): RuleProblem => ({
  code: 'settings.invalid',
  path,
  message,
  hint,
})
