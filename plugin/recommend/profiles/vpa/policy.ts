/**
 * What a VPA object's resource policy, and a LimitRange, make of a recommendation; any one unit.
 * Source: https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler/pkg/utils/vpa
 */

/** Target with its bounds. */
export interface Estimate {
  readonly target: number
  readonly lower: number
  readonly upper: number
}

/** Bounds of a policy; the global maximum counts only where the policy has none. */
export interface AllowedRange {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly globalMax?: number | undefined
  /** The present limit, when only requests are controlled: a request may not pass it. */
  readonly limit?: number | undefined
}

/** Holds an estimate within what is allowed: first the minimum, then the maximum. */
export function withinPolicy(estimate: Estimate, { min = 0, max, globalMax, limit }: AllowedRange): Estimate {
  const highest = Math.min(max ?? globalMax ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY)
  const held = (value: number): number => Math.min(Math.max(value, min), highest)
  return { target: held(estimate.target), lower: held(estimate.lower), upper: held(estimate.upper) }
}

/** Smallest and largest of a LimitRange. */
export interface Range {
  readonly min?: number
  readonly max?: number
}

/** Holds one container's request so that its limit, kept in proportion, stays within a container LimitRange. */
export function withinContainerRange(request: number, limitRatio: number, { min, max }: Range): number {
  if (max !== undefined && request * limitRatio > max) return Math.floor(max / limitRatio)
  return min !== undefined && request < min ? min : request
}

/** Shares a pod LimitRange out between containers in proportion to what they were to get, cut off to whole units. */
export function withinPodRange(requests: readonly number[], { min, max }: Range): readonly number[] {
  const sum = requests.reduce((total, request) => total + request, 0)
  const bound = max !== undefined && sum > max ? max : min !== undefined && sum < min ? min : sum
  return bound === sum ? requests : requests.map((request) => Math.floor((request * bound) / sum))
}

const largestQuantity = 2n ** 63n - 1n

/** What a container declares. */
export interface Declared {
  readonly request?: number
  readonly limit?: number
  /** The limit that a LimitRange gives to containers without one. */
  readonly defaultLimit?: number
}

/** The limit that keeps its proportion to the request; `undefined` where there is none, the largest quantity when it overflows. */
export function proportionalLimit(
  { request, limit, defaultLimit }: Declared,
  target: number,
): number | undefined {
  const from = limit ?? defaultLimit
  if (from === undefined) return undefined
  if (request === undefined || request === 0) return target
  return Math.min((target * from) / request, Number(largestQuantity))
}
