/**
 * How many pods metrics ask for, as the HorizontalPodAutoscaler's controller reckons it, floating-point dust and all.
 * Sources: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details and
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/replica_calculator.go
 */

/** What one resource metric reads. */
export interface MetricReading {
  /** Usage of all ready pods that were measured, in millicores (memory: in any unit that the request is in). */
  readonly usage: number
  /** Request of one pod (of the containers that the metric is about). */
  readonly request: number
  /** Target, in percent of the request. */
  readonly utilization: number
  readonly current: number
  /** Pods that are ready and were measured. */
  readonly ready: number
  /** Pods that run and were not measured; the rest of `current` starts up. */
  readonly missing?: number
}

/** Moves of a metric below this share of the target are ignored, in both directions. */
const defaultTolerance = 0.1

/** Pods that a metric asks for, before stabilisation, policies and bounds; `undefined` where it says nothing. */
export function desiredByMetric(reading: MetricReading, tolerance = defaultTolerance): number | undefined {
  const { usage, current, ready, missing = 0 } = reading
  if (ready === 0) return undefined
  const ratio = ratioOver(reading, [usage, ready])
  const starting = ratio > 1 ? current - ready - missing : 0
  if (starting === 0 && missing === 0) return within(ratio, tolerance) ? current : Math.ceil(ratio * ready)
  // Pods that start up count as idle, so that a scale-up under way is not asked for twice.
  // Pods that were not measured count as idle for a scale-up, and as busy for a scale-down.
  const counted = ready + missing + starting
  const again = ratioOver(reading, [usage + (ratio < 1 ? missing * busy(reading) : 0), counted])
  const turned = ratio < 1 ? again > 1 : again < 1
  if (ratio === 1 || turned || within(again, tolerance)) return current
  const wanted = Math.ceil(again * counted)
  return again < 1 ? Math.min(current, wanted) : Math.max(current, wanted)
}

/** Pods that several metrics ask for together: the most; none fall while a metric is unread. */
export function desiredByAll(wishes: readonly (number | undefined)[], current: number): number | undefined {
  const read = wishes.filter((wish) => wish !== undefined)
  if (read.length === 0) return undefined
  const most = Math.max(...read)
  return read.length < wishes.length && most < current ? undefined : most
}

const busy = ({ request, utilization }: MetricReading): number =>
  Math.trunc((request * Math.max(100, utilization)) / 100)

const within = (ratio: number, tolerance: number): boolean => 1 - tolerance <= ratio && ratio <= 1 + tolerance

/** Utilisation is cut off to whole percent before it is compared. */
function ratioOver(
  { request, utilization }: MetricReading,
  [usage, pods]: readonly [number, number],
): number {
  // The controller divides integers; the sum of a recorded demand may lack the last bit of one.
  return Math.trunc((usage * 100) / (request * pods) + 1e-9) / utilization
}
