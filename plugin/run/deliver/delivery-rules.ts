import type { Settings } from '../../../config/schema.ts'
import type { ScopedProposal } from '../../model/proposal.ts'
import { isAbout } from '../../model/rule-match.ts'
import type { DecideChange, SourceChange } from '../../plan/apply-decisions.ts'
import type { PlanRequest } from '../../plan/plan.ts'

type Rule = Settings['rules'][number]
type DeliveryMode = NonNullable<Rule['delivery']>
type Addressed = Pick<SourceChange, 'cluster' | 'workload' | 'container'>

/** The scope of what is committed directly; no scope of a pull request reads so. */
const directScope = '\0direct'

/** How rules say that a change is delivered; `undefined` where none does. Of several the last one wins. */
const ruledDelivery = ({ rules }: Settings, change: Addressed): DeliveryMode | undefined =>
  rules.findLast((rule) => rule.delivery !== undefined && isAbout(rule.match, change))?.delivery

/** Whether a change goes to the base itself. */
const goesDirectly = (settings: Settings, change: Addressed): boolean =>
  (ruledDelivery(settings, change) ?? settings.deliver.mode) === 'direct'

/** Whether anything may become a pull request. */
export const usesPullRequests = ({ rules, deliver: { mode } }: Settings): boolean =>
  mode === 'pull-request' ||
  (mode === 'direct' &&
    rules.some(({ delivery }) => delivery === 'pull-request' || delivery === 'auto-merge'))

/** Parts a plan into what is committed directly and what becomes pull requests. What shares a value with these is one of them. */
export function splitByDelivery(settings: Settings, parts: readonly ScopedProposal[]) {
  const direct = (part: ScopedProposal): boolean =>
    part.scope === directScope && part.proposal.changes.every((one) => goesDirectly(settings, one))
  return {
    direct: parts.find(direct),
    pulls: parts
      .filter((part) => !direct(part))
      .map((part) => (part.scope === directScope ? { ...part, scope: 'shared' } : part)),
  }
}

/** Whether a pull request may merge by itself: where rules say so of all its values; where they say nothing, as settings do. */
export function isAutoMerged(settings: Settings, { proposal: { changes } }: ScopedProposal): boolean {
  const { enabled } = settings.deliver.pullRequests.autoMerge
  const merges = (way: DeliveryMode | undefined): boolean =>
    way === 'auto-merge' || (way === undefined && enabled)
  return changes.every((change) => merges(ruledDelivery(settings, change)))
}

type Decided = Pick<PlanRequest, 'review' | 'scopeOf'>

/**
 * Decisions by the way of each change: what is only reported is left alone, what goes to the base itself is judged by what
 * became of its commits, the rest by what people said on the forge.
 */
export function reviewByDelivery(settings: Settings, ofCommits: DecideChange, forge?: Decided): Decided {
  const { review: onForge, scopeOf } = forge ?? {}
  const review: DecideChange = (change) => {
    if (ruledDelivery(settings, change) === 'report') return { reason: 'only reported, as rules say' }
    return onForge === undefined || goesDirectly(settings, change) ? ofCommits(change) : onForge(change)
  }
  if (scopeOf === undefined) return { review }
  const scopeByWay = (change: Parameters<typeof scopeOf>[0]): string => {
    if (goesDirectly(settings, change)) return directScope
    const merges = ruledDelivery(settings, change) === 'auto-merge'
    return [scopeOf(change), merges ? 'auto-merge' : ''].filter(Boolean).join(' ')
  }
  return { review, scopeOf: scopeByWay }
}
