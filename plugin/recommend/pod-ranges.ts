import type { DeclaredWorkload } from '../model/declared.ts'
import { parseQuantity } from '../model/quantity.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import type { RangeBounds, Surroundings } from '../model/surroundings.ts'
import { reason } from './advice.ts'
import { keepWithReasons } from './keep-changes.ts'
import { amountOf, type Summed, shown, sums } from './shared-bounds.ts'

interface Subject {
  readonly declared: DeclaredWorkload
  readonly surroundings: Pick<Surroundings, 'ranges'>
}

const resources = ['cpu', 'memory'] as const
type Resource = (typeof resources)[number]

/**
 * Keeps the changes with which the containers of a pod, taken together, would leave what a LimitRange allows for a pod:
 * https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function keepWithinPodRanges(
  recommendations: readonly Recommendation[],
  { declared, surroundings: { ranges } }: Subject,
): readonly Recommendation[] {
  const kept = new Map<string, Reason>()
  for (const range of ranges)
    for (const resource of resources) {
      const of = (field: Summed): SumOfField => ({ field, ...sums(field, recommendations, declared) })
      const [requests, limits] = [of(`requests.${resource}`), of(`limits.${resource}`)]
      for (const sum of [requests, limits]) {
        const [over, under] = [overMaximum(sum, range), underMinimum(sum, range)]
        const isKept = ({ field, to, from }: Change): boolean =>
          field === sum.field && (over === undefined ? to < from : to > from)
        addKept(kept, recommendations.filter(isChange).filter(isKept), over ?? under)
      }
      const isOfResource = ({ field }: Change): boolean => field === requests.field || field === limits.field
      const why = overRatio({ requests, limits }, range, resource)
      addKept(kept, recommendations.filter(isChange).filter(isOfResource), why)
    }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}

const isChange = (one: Recommendation): one is Change => one.verdict === 'change'

function addKept(kept: Map<string, Reason>, changes: readonly Change[], why: Reason | undefined): void {
  if (why !== undefined) for (const { together } of changes) kept.set(together, why)
}

/** A sum over the containers of a pod, before and after, in millicores or bytes. */
interface SumOfField {
  readonly field: Summed
  readonly from: number
  readonly to: number
}

function boundOf({ bounds }: RangeBounds, aspect: 'min' | 'max', field: Summed): number | undefined {
  const text = bounds[`Pod.${aspect}.${field.split('.')[1]}`]
  return text === undefined ? undefined : amountOf(field, text)
}

function overMaximum({ field, from, to }: SumOfField, range: RangeBounds): Reason | undefined {
  const most = boundOf(range, 'max', field)
  if (most === undefined || to <= most || to <= from) return undefined
  const text = `${range.said} allows a pod no more than ${shown(field, most)}, and its containers would have ${field} of ${shown(field, to)}, so nothing is raised.`
  return reason('bounds.maximum', text)
}

function underMinimum({ field, from, to }: SumOfField, range: RangeBounds): Reason | undefined {
  const least = boundOf(range, 'min', field)
  if (least === undefined || to >= least || to >= from) return undefined
  const text = `${range.said} allows a pod no less than ${shown(field, least)}, and its containers would have ${field} of ${shown(field, to)}, so nothing is lowered.`
  return reason('bounds.minimum', text)
}

function overRatio(
  { requests, limits }: { readonly requests: SumOfField; readonly limits: SumOfField },
  { said, bounds }: RangeBounds,
  resource: Resource,
): Reason | undefined {
  const most = ratioOf(bounds[`Pod.maxLimitRequestRatio.${resource}`])
  const [before, after] = [limits.from / requests.from, limits.to / requests.to]
  if (most === undefined || !(after > most * 1.0001) || after <= before) return undefined
  return reason('bounds.ratio', `${said} allows a pod no limits above ${most} × its requests.`)
}

/** The most that a limit may be of its request, from a quantity such as `2` or `1500m`; `undefined` for anything below 1. */
export function ratioOf(text: string | undefined): number | undefined {
  const quantity = text === undefined ? undefined : parseQuantity(text)
  const value = quantity === undefined ? 0 : Number(quantity.nano) / 1e9
  return value >= 1 ? value : undefined
}
