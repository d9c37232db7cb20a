import type { Pull } from '../../deliver/forges/forge.ts'
import { resolveChange } from '../../deliver/pulls/resolve-change.ts'
import { changeKey } from '../../deliver/record/commit-message.ts'
import { type BlockItem, readBlock } from '../../deliver/record/hidden-block.ts'
import { emergencyScopes } from '../../model/emergency.ts'
import type { Plan, SourceRecommendation } from '../../model/plan.ts'
import { readValue } from '../../model/value.ts'
import { killedAt } from './decide.ts'
import type { ForgeState } from './forge-state.ts'

type Decisions = Pick<ForgeState, 'decisions' | 'rules'>

/**
 * Returns, by the number of each open pull request, why the plan no longer contains any of its values. A pull request is
 * missing from the result when this run cannot determine that for all of its values.
 */
export function obsoleteReasons(
  plan: Plan,
  { pulls, ...decisions }: Decisions & { readonly pulls: readonly Pull[] },
): ReadonlyMap<number, string> {
  return new Map(
    pulls.flatMap(({ state, number, body }): readonly (readonly [number, string])[] => {
      const block = state === 'open' ? readBlock(body) : undefined
      if (block === undefined) return []
      if (block.until !== undefined)
        return Date.parse(block.until) > decisions.rules.now.getTime()
          ? []
          : [[number, 'the emergency is over']]
      if (block.scope.startsWith(emergencyScopes.end))
        return block.items.every((item) => isOnBase(item, plan))
          ? [[number, 'the base branch already has these values']]
          : []
      const reasons = block.items.map((item) => obsoleteReason(item, plan, decisions))
      const known = reasons.filter((reason) => reason !== undefined)
      return known.length < reasons.length ? [] : [[number, [...new Set(known)].join('; ')]]
    }),
  )
}

/** Whether the base branch has the value of an item. */
function isOnBase({ key, to }: BlockItem, { recommendations }: Plan): boolean {
  const current = recommendations.find((one) => changeKey(one) === key)
  return current !== undefined && 'from' in current && current.from === readValue(current.field, to)
}

/** Why the plan does not contain a value of an open pull request; `undefined` when this run cannot determine it. */
function obsoleteReason(
  { key, to }: BlockItem,
  { parts = [], recommendations, skipped }: Plan,
  { decisions, rules }: Decisions,
): string | undefined {
  const isPlanned = parts.some(({ proposal }) => proposal.changes.some((one) => changeKey(one) === key))
  if (isPlanned) return 'another pull request contains its values'
  const current = recommendations.find((one) => changeKey(one) === key)
  if (current === undefined) {
    const allRendered = skipped.every(({ workload }) => workload !== '')
    return allRendered && !isUnsure(recommendations, key)
      ? 'the workload or the field no longer exists'
      : undefined
  }
  if (current.verdict === 'unsure') return undefined
  if (current.verdict === 'keep') {
    return current.from === readValue(current.field, to)
      ? 'the base branch already has these values'
      : 'the current values are within the tolerance'
  }
  const requested = { key, from: current.from, to: current.to, killedAt: killedAt(current) }
  const resolution = resolveChange(decisions, requested, rules)
  return 'reason' in resolution ? resolution.reason : undefined
}

/** Whether there is too little usage data for the workload of a key. */
const isUnsure = (recommendations: readonly SourceRecommendation[], key: string): boolean =>
  recommendations.some(
    (one) => one.verdict === 'unsure' && changeKey(one).split(' ')[0] === key.split(' ')[0],
  )
