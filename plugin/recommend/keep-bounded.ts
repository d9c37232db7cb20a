import type { DeclaredWorkload } from '../model/declared.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { readValue } from '../model/value.ts'
import { reason } from './advice.ts'
import { keepWithReasons } from './keep-changes.ts'
import type { ContainerBounds, ValueBounds, WorkloadInput } from './workload-input.ts'

type Resource = 'cpu' | 'memory'

/**
 * Keeps the changes that would leave the bounds of their values, with their change groups. Most rules move a value into its
 * bounds; values that must change together, such as a request with the target of an HPA, stay as they are instead.
 */
export function keepBounded(
  recommendations: readonly Recommendation[],
  { declared, bounds }: Pick<WorkloadInput, 'declared' | 'bounds'>,
): readonly Recommendation[] {
  if (bounds === undefined) return recommendations
  const kept = new Map<string, Reason>()
  for (const one of recommendations) {
    const sized = one.verdict === 'change' ? sizedField(one) : undefined
    if (one.verdict !== 'change' || sized === undefined) continue
    const own = bounds(one.container ?? '', sized.resource)
    const why =
      outside(one, sized.part === 'requests' ? own.request : own.limit) ??
      overRatio(own, ratiosOf(one, sized.resource, { recommendations, declared }))
    if (why !== undefined) kept.set(one.together, why)
  }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}

function sizedField({ field }: Change): { readonly part: string; readonly resource: Resource } | undefined {
  const [part = '', resource = ''] = field.split('.')
  const isSized = (part === 'requests' || part === 'limits') && (resource === 'cpu' || resource === 'memory')
  return isSized ? { part, resource } : undefined
}

/** Why a value may not be set; a step towards the bounds may be, even where it does not reach them. */
function outside({ from, to }: Change, { minimum, maximum }: ValueBounds): Reason | undefined {
  if (maximum !== undefined && to > maximum.value && to > from)
    return reason('bounds.maximum', `${maximum.said} allows no more than the present value.`)
  if (minimum !== undefined && to < minimum.value && to < from)
    return reason('bounds.minimum', `${minimum.said} allows no less than the present value.`)
  return undefined
}

interface Ratios {
  readonly before: number
  readonly after: number
}

/** The limit of a container as a multiple of its request; infinite without a request. */
function ratiosOf(
  { container }: Change,
  resource: Resource,
  {
    recommendations,
    declared,
  }: { readonly recommendations: readonly Recommendation[]; readonly declared: DeclaredWorkload },
): Ratios {
  const values = declared.containers.find(({ name }) => name === container)?.values ?? {}
  const before = (part: 'requests' | 'limits'): number =>
    readValue(`${part}.${resource}`, values[`${part}.${resource}`] ?? '') ?? 0
  const after = (part: 'requests' | 'limits'): number => {
    const found = recommendations.find(
      (one) => one.container === container && one.field === `${part}.${resource}`,
    )
    return found?.verdict === 'change' ? found.to : before(part)
  }
  return {
    before: before('limits') / before('requests'),
    after: after('limits') / after('requests'),
  }
}

function overRatio({ ratio }: ContainerBounds, { before, after }: Ratios): Reason | undefined {
  if (ratio === undefined || !(after > ratio.value * 1.0001) || after <= before) return undefined
  return reason('bounds.ratio', `${ratio.said} allows no limit above ${ratio.value} × the request.`)
}
