import type { DecisionLog } from '../../deliver/pulls/decisions.ts'
import { type DecisionRules, resolveChange } from '../../deliver/pulls/resolve-change.ts'
import { changeKey } from '../../deliver/record/commit-message.ts'
import type { DecideChange } from '../../plan/apply-decisions.ts'

/** Returns the decision function of a plan: applies the logged decisions to each change. */
export const decideBy =
  (log: DecisionLog, rules: DecisionRules): DecideChange =>
  (change) =>
    resolveChange(log, { key: changeKey(change), from: change.from, to: change.to }, rules)
