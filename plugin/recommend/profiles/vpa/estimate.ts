/**
 * From percentiles to the recommender's target and bounds. CPU in millicores, memory in bytes.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/pkg/recommender/logic/estimator.go
 */

/** Values are capped here, as by the recommender, in bytes and in cores. */
const largestAmount = 1e14

/** Cores to whole millicores, cut off. */
export const toMilli = (cores: number): number => Math.trunc(cores * 1000)

/** How much was seen. */
export interface History {
  /** Between the first and the last sample. */
  readonly spanDays: number
  readonly samples: number
  /** Days that count as one; 1 unless the recommender was told otherwise. */
  readonly intervalDays?: number
}

/** Confidence grows with history and is not held at 1; 0 when nothing was seen. */
export function confidence({ spanDays, samples, intervalDays = 1 }: History): number {
  return Math.min(spanDays / intervalDays, samples / (intervalDays * 24 * 60))
}

/** Widens a bound where little was seen: amount × (1 + multiplier ÷ confidence) ^ exponent, cut off to a whole number. */
export function withConfidence(
  amount: number,
  sure: number,
  { multiplier, exponent }: { readonly multiplier: number; readonly exponent: number },
): number {
  const factor =
    sure === 0 ? (exponent > 0 ? Number.POSITIVE_INFINITY : 0) : (1 + multiplier / sure) ** exponent
  return Math.trunc(Math.min(amount * factor, largestAmount))
}

/** How the bounds are widened by default. */
export const upperConfidence = { multiplier: 1, exponent: 1 } as const
export const lowerConfidence = { multiplier: 0.001, exponent: -2 } as const

/** Safety margin on whole units: the amount and a share of it, cut off. */
export const withMargin = (amount: number, share = 0.15): number => amount + Math.trunc(amount * share)

/** The least a pod is given, split between its containers. */
export const podMinimum = { cpu: 25, memory: 250 * 1024 ** 2 } as const

/** Raises an amount to its container's part of the least a pod is given. */
export const withMinimum = (amount: number, minimum: number, containers: number): number =>
  Math.max(amount, Math.trunc(minimum / containers))

/** Rounds up to a multiple; `undefined` when the multiple is no positive number. */
export const roundUpTo = (amount: number, multiple: number): number | undefined =>
  multiple > 0 ? Math.ceil(amount / multiple) * multiple : undefined

/** Memory with two decimals, in the largest binary unit that fits. */
export function humanMemory(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti']
  const power = Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)))
  return `${(bytes / 1024 ** power).toFixed(2)}${units[power]}`
}
