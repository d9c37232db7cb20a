/**
 * How many pods a metric needs, as the HorizontalPodAutoscaler's controller computes it, with the same rounding.
 * Sources: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details and
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/replica_calculator.go
 */

/** A reading of one resource metric. */
export interface MetricReading {
  /** Usage of all ready pods with a measurement, in millicores (memory: in the unit of the request). */
  readonly usage: number
  /** Request of one pod, or of the containers that the metric measures. */
  readonly request: number
  /** Target, in percent of the request. */
  readonly utilization: number
  /** Number of pods. */
  readonly current: number
  /** Pods that are ready and have a measurement. */
  readonly ready: number
  /** Running pods without a measurement; the rest of `current` is starting. */
  readonly missing?: number
}

/** Relative difference from the target that is ignored, in both directions. */
const defaultTolerance = 0.1

/** Number of pods that a metric needs, before stabilisation, policies and bounds; `undefined` without a ready pod. */
export function desiredReplicas(reading: MetricReading, tolerance = defaultTolerance): number | undefined {
  const { usage, current, ready, missing = 0 } = reading
  if (ready === 0) return undefined
  const ratio = usageRatio(reading, usage, ready)
  const starting = ratio > 1 ? current - ready - missing : 0
  if (starting === 0 && missing === 0) return isWithin(ratio, tolerance) ? current : Math.ceil(ratio * ready)
  // Starting pods count as idle, so that a scale-up in progress is not repeated.
  // Pods without a measurement count as idle in a scale-up, and as busy in a scale-down.
  const counted = ready + missing + starting
  const corrected = usageRatio(reading, usage + (ratio < 1 ? missing * busyUsage(reading) : 0), counted)
  const reversed = ratio < 1 ? corrected > 1 : corrected < 1
  if (ratio === 1 || reversed || isWithin(corrected, tolerance)) return current
  const wanted = Math.ceil(corrected * counted)
  return corrected < 1 ? Math.min(current, wanted) : Math.max(current, wanted)
}

/** Number of pods that several metrics need: the most. While a metric cannot be read, pods are not scaled down. */
export function desiredByAllMetrics(
  recommendations: readonly (number | undefined)[],
  current: number,
): number | undefined {
  const read = recommendations.filter((recommendation) => recommendation !== undefined)
  if (read.length === 0) return undefined
  const most = Math.max(...read)
  return read.length < recommendations.length && most < current ? undefined : most
}

const busyUsage = ({ request, utilization }: MetricReading): number =>
  Math.trunc((request * Math.max(100, utilization)) / 100)

const isWithin = (ratio: number, tolerance: number): boolean =>
  1 - tolerance <= ratio && ratio <= 1 + tolerance

/** Utilisation over the target. Utilisation is truncated to whole percent first. */
function usageRatio({ request, utilization }: MetricReading, usage: number, pods: number): number {
  // The controller divides integers; the sum of a recorded demand may miss the last bit of one.
  return Math.trunc((usage * 100) / (request * pods) + 1e-9) / utilization
}
