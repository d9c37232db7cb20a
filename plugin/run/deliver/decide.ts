import type { DecisionLog } from '../../deliver/pulls/decisions.ts'
import { type DecisionRules, resolveChange } from '../../deliver/pulls/resolve-change.ts'
import { changeKey } from '../../deliver/record/commit-message.ts'
import { isTakenBack } from '../../model/health.ts'
import type { Change } from '../../model/recommendation.ts'
import type { ReviewChange } from '../../plan/apply-decisions.ts'
import { isCommanded } from '../../plan/urgent.ts'

const dayMs = 86_400_000

/** Returns when the OOM kill happened that a change answers, ISO 8601; `undefined` when it answers none. */
export function killedAt({ answersKill }: Pick<Change, 'answersKill'>): string | undefined {
  if (answersKill === undefined) return undefined
  const time = new Date(Date.parse(answersKill.before) - answersKill.days * dayMs)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

/** Whether a change brings a value back, or is for a planned event: then what was merged before is no bound. */
const isReturn = (change: Pick<Change, 'because'>): boolean => isTakenBack(change) || isCommanded(change)

/** Returns the decision function of a plan: applies the logged decisions to each change. */
export const decideBy =
  (log: DecisionLog, rules: DecisionRules): ReviewChange =>
  (change, isEditOf) => {
    const { from, to, workload } = change
    const requested = {
      key: changeKey(change),
      from,
      to,
      killedAt: killedAt(change),
      isReturn: isReturn(change),
      isCommanded: isCommanded(change),
    }
    return resolveChange(log, { ...requested, isEdit: (edit) => isEditOf(edit, workload) }, rules)
  }
