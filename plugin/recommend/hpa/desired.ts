/**
 * How many pods one metric asks for, as the HorizontalPodAutoscaler's controller reckons it.
 * Sources: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details and
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/replica_calculator.go
 */

/** What one resource metric reads. */
export interface MetricReading {
  /** Usage of all ready pods together, in millicores. */
  readonly usage: number
  /** Request of one pod (of the containers that the metric is about), in millicores. */
  readonly request: number
  /** Target, in percent of the request. */
  readonly utilization: number
  readonly current: number
  /** Pods that are ready; the rest of `current` starts up. */
  readonly ready: number
}

/** Moves of a metric below this share of the target are ignored, in both directions. */
export const defaultTolerance = 0.1

/** Pods that a metric asks for, before stabilisation, policies and bounds. */
export function desiredByMetric(reading: MetricReading, tolerance = defaultTolerance): number {
  const { current, ready } = reading
  if (ready === 0) return current
  const ratio = ratioOver(reading, ready)
  const starting = current - ready
  if (starting === 0 || ratio <= 1) return within(ratio, tolerance) ? current : podsFor(ratio * ready)
  // Pods that start up count as idle, so that a scale-up under way is not asked for twice.
  const damped = ratioOver(reading, current)
  if (damped < 1 || within(damped, tolerance)) return current
  return Math.max(current, podsFor(damped * current))
}

const within = (ratio: number, tolerance: number): boolean => Math.abs(1 - ratio) <= tolerance + 1e-9

/** Utilisation is cut off to whole percent before it is compared. */
function ratioOver({ usage, request, utilization }: MetricReading, count: number): number {
  return Math.trunc((usage * 100) / (request * count) + 1e-9) / utilization
}

// Floating-point dust must not ask for one pod more.
const podsFor = (exact: number): number => Math.max(0, Math.ceil(exact - 1e-9))
