import type { Settings } from '../../../config/schema.ts'
import type { EarnedDelivery } from '../../model/pacing.ts'
import type { ScopedProposal } from '../../model/proposal.ts'
import { matchesRule } from '../../model/rule-match.ts'
import type { ReviewChange, SourceChange } from '../../plan/apply-decisions.ts'
import type { Graduation } from '../../plan/graduate.ts'
import type { PlanRequest } from '../../plan/plan-request.ts'
import { isCommanded } from '../../plan/urgent.ts'

type Rule = Settings['rules'][number]
type RuleDelivery = NonNullable<Rule['delivery']>
type ChangeAddress = Pick<SourceChange, 'cluster' | 'workload' | 'container' | 'earned'>

/** How changes are delivered: by rule, and by `deliver.mode` where no rule matches. */
export interface DeliveryRules {
  readonly rules: Settings['rules']
  readonly mode: Settings['deliver']['mode']
}

/** The scope of direct commits. It contains a NUL, so no pull request can have it. */
const directScope = '\0direct'

/** The delivery that a change earned, or that the last matching rule sets; `undefined` when neither says one. */
const deliveryOf = (rules: Settings['rules'], change: ChangeAddress): RuleDelivery | undefined =>
  change.earned ??
  rules.findLast((rule) => rule.delivery !== undefined && matchesRule(rule.match, change))?.delivery

const isDirect = ({ rules, mode }: DeliveryRules, change: ChangeAddress): boolean =>
  (deliveryOf(rules, change) ?? mode) === 'direct'

/** The steps from the most review to the least. */
const steps: readonly EarnedDelivery[] = ['auto-merge', 'direct']

/** How earned deliveries are bounded. */
interface EarnedLimits {
  readonly upTo: EarnedDelivery
  readonly autoMerge: Settings['deliver']['pullRequests']['autoMerge']
}

/**
 * Returns what held changes earn: nothing where a rule says how a workload is delivered, and no direct commit where limits of `autoMerge`
 * keep some changes for people.
 */
export function earnedDelivery(
  { rules, mode }: DeliveryRules,
  { upTo, autoMerge: { enabled, increasesOnly, below, clusters } }: EarnedLimits,
): Graduation['deliveryAfter'] {
  const isLimited = increasesOnly || below !== undefined || clusters !== undefined
  const reachable = steps.slice(0, isLimited ? 1 : steps.indexOf(upTo) + 1)
  const left = enabled ? reachable.slice(1) : reachable
  return (change, earned) =>
    earned === 0 || mode !== 'pull-request' || deliveryOf(rules, change) !== undefined
      ? undefined
      : left[Math.min(earned, left.length) - 1]
}

/** Whether any change may become a pull request. */
export const usesPullRequests = ({ rules, mode }: DeliveryRules): boolean =>
  mode === 'pull-request' ||
  (mode === 'direct' &&
    rules.some(({ delivery }) => delivery === 'pull-request' || delivery === 'auto-merge'))

/** Whether direct commits are made through the GitHub API: GitHub is configured, and no remote to push to. */
export const usesApi = ({ mode, github, remote }: Settings['deliver']): boolean =>
  mode === 'direct' && github !== undefined && remote === undefined

/**
 * Splits a plan into the direct commit and the pull requests. A change that shares an edited scalar with a pull request
 * goes into that pull request.
 */
export function splitByDelivery(parts: readonly ScopedProposal[], rules: DeliveryRules) {
  const direct = ({ scope, proposal }: ScopedProposal): boolean =>
    scope === directScope && proposal.changes.every((change) => isDirect(rules, change))
  return {
    direct: parts.find(direct),
    pulls: parts
      .filter((part) => !direct(part))
      .map((part) => (part.scope === directScope ? { ...part, scope: 'shared' } : part)),
  }
}

/** Whether rules let all changes of a pull request merge automatically. Without a rule, `byDefault` decides. */
export function isAutoMerged(
  { proposal: { changes } }: ScopedProposal,
  { rules, byDefault }: { readonly rules: Settings['rules']; readonly byDefault: boolean },
): boolean {
  return changes.every((change) => {
    const delivery = deliveryOf(rules, change)
    return delivery === undefined ? byDefault : delivery === 'auto-merge'
  })
}

type ForgeReview = Pick<PlanRequest, 'review' | 'scopeOf'>

/**
 * Chooses the decisions that apply to each change by its delivery: a change that is only reported is skipped, a direct
 * commit follows the decisions in the commits of the base branch, a pull request follows those on the forge.
 */
export function reviewByDelivery(
  delivery: DeliveryRules,
  decideByCommits: ReviewChange,
  forge: ForgeReview = {},
): ForgeReview {
  const { review: decideOnForge, scopeOf } = forge
  const review: ReviewChange = (change, isEditOf) => {
    if (deliveryOf(delivery.rules, change) === 'report' && !isCommanded(change))
      return { reason: 'only reported, because a rule sets delivery: report' }
    if (decideOnForge === undefined) return decideByCommits(change, isEditOf)
    if (!isDirect(delivery, change)) return decideOnForge(change, isEditOf)
    // What reviewers said before a workload earned direct commits still holds.
    const reviewed = change.earned === undefined ? undefined : decideOnForge(change, isEditOf)
    return reviewed !== undefined && 'reason' in reviewed ? reviewed : decideByCommits(change, isEditOf)
  }
  if (scopeOf === undefined) return { review }
  const scopeByDelivery: typeof scopeOf = (change) => {
    if (isDirect(delivery, change)) return directScope
    const merges = deliveryOf(delivery.rules, change) === 'auto-merge'
    return [scopeOf(change), merges ? 'auto-merge' : ''].filter(Boolean).join(' ')
  }
  return { review, scopeOf: scopeByDelivery }
}
