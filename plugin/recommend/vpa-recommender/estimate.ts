/**
 * Computes the recommender's target and bounds from percentiles. CPU is in millicores, memory in bytes.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/pkg/recommender/logic/estimator.go
 */

/** The recommender's cap of all values, in bytes and in cores. */
const largestAmount = 1e14

/** Converts cores to whole millicores, truncated. */
export const toMilli = (cores: number): number => Math.trunc(cores * 1000)

/** The amount of history. */
export interface History {
  /** Days between the first and the last sample. */
  readonly spanDays: number
  readonly samples: number
  /** Days of one aggregation interval; 1 by default. */
  readonly intervalDays?: number
}

/** The recommender's confidence: grows with the history, is not capped at 1, and is 0 without samples. */
export function confidence({ spanDays, samples, intervalDays = 1 }: History): number {
  return Math.min(spanDays / intervalDays, samples / (intervalDays * 24 * 60))
}

/** Widens a bound with little history: amount × (1 + multiplier ÷ confidence) ^ exponent, truncated to a whole number. */
export function withConfidence(
  amount: number,
  sure: number,
  { multiplier, exponent }: { readonly multiplier: number; readonly exponent: number },
): number {
  const factor =
    sure === 0 ? (exponent > 0 ? Number.POSITIVE_INFINITY : 0) : (1 + multiplier / sure) ** exponent
  return Math.trunc(Math.min(amount * factor, largestAmount))
}

/** How the upper bound is widened by default. */
export const upperConfidence = { multiplier: 1, exponent: 1 } as const
/** How the lower bound is widened by default. */
export const lowerConfidence = { multiplier: 0.001, exponent: -2 } as const

/** Adds a safety margin in whole units: the amount plus a share of it, truncated. */
export const withMargin = (amount: number, share = 0.15): number => amount + Math.trunc(amount * share)

/** Smallest request of a pod, in millicores and bytes, split between its containers. */
export const podMinimum = { cpu: 25, memory: 250 * 1024 ** 2 } as const

/** Raises an amount to the container's part of the smallest request of a pod. */
export const withMinimum = (amount: number, minimum: number, containers: number): number =>
  Math.max(amount, Math.trunc(minimum / containers))

/** Rounds up to a multiple; `undefined` when the multiple is not positive. */
export const roundUpTo = (amount: number, multiple: number): number | undefined =>
  multiple > 0 ? Math.ceil(amount / multiple) * multiple : undefined

/** Formats bytes with two decimals in the largest binary unit that fits: `1.50Gi`. */
export function humanMemory(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti']
  const power = Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)))
  return `${(bytes / 1024 ** power).toFixed(2)}${units[power]}`
}
