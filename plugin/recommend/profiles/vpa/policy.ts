/**
 * Applies a VPA object's resource policy, or a LimitRange, to a recommendation. All values are in the same unit.
 * Source: https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler/pkg/utils/vpa
 */

/** A target with its lower and upper bound. */
export interface Estimate {
  readonly target: number
  readonly lower: number
  readonly upper: number
}

/** Bounds of a policy. `globalMax` counts only when the policy has no maximum. */
export interface AllowedRange {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly globalMax?: number | undefined
  /** The current limit, when the VPA controls only requests: a request must not exceed it. */
  readonly limit?: number | undefined
}

/** Clamps an estimate to the allowed range: first the minimum, then the maximum. */
export function withinPolicy(estimate: Estimate, { min = 0, max, globalMax, limit }: AllowedRange): Estimate {
  const highest = Math.min(max ?? globalMax ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY)
  const clamp = (value: number): number => Math.min(Math.max(value, min), highest)
  return { target: clamp(estimate.target), lower: clamp(estimate.lower), upper: clamp(estimate.upper) }
}

/** Minimum and maximum of a LimitRange. */
export interface Range {
  readonly min?: number
  readonly max?: number
}

/** Clamps a container's request so that its limit, kept in proportion, stays within a LimitRange for containers. */
export function withinContainerRange(request: number, limitRatio: number, { min, max }: Range): number {
  if (max !== undefined && request * limitRatio > max) return Math.floor(max / limitRatio)
  return min !== undefined && request < min ? min : request
}

/** Scales the requests of a pod's containers to a LimitRange for pods, in proportion and truncated to whole units. */
export function withinPodRange(requests: readonly number[], { min, max }: Range): readonly number[] {
  const sum = requests.reduce((total, request) => total + request, 0)
  const bound = max !== undefined && sum > max ? max : min !== undefined && sum < min ? min : sum
  return bound === sum ? requests : requests.map((request) => Math.floor((request * bound) / sum))
}

const largestQuantity = 2n ** 63n - 1n

/** The declared request and limit of a container. */
export interface Declared {
  readonly request?: number
  readonly limit?: number
  /** Default limit of a LimitRange, for containers without a limit. */
  readonly defaultLimit?: number
}

/** The limit in proportion to the new request; `undefined` without a limit, and the largest quantity on overflow. */
export function proportionalLimit(
  { request, limit, defaultLimit }: Declared,
  target: number,
): number | undefined {
  const from = limit ?? defaultLimit
  if (from === undefined) return undefined
  if (request === undefined || request === 0) return target
  return Math.min((target * from) / request, Number(largestQuantity))
}
