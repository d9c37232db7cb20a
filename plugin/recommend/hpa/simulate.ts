import { type Autoscaler, hpaController } from './controller.ts'
import { desiredByMetric } from './desired.ts'

/** Demand of all pods together, in millicores, one value a slot; `NaN` where nothing was seen. */
export interface Demand {
  readonly values: Float64Array
  /** Seconds from slot to slot. */
  readonly step: number
}

/** How the cluster round an HPA behaves. */
export interface Surroundings {
  /** Seconds from one look of the controller to the next. */
  readonly syncSeconds?: number
  /** Seconds from a pod's creation until it takes load. */
  readonly readySeconds?: number
  /** Pods at the start; the HPA's minimum when left out. */
  readonly replicas?: number
}

/** What an HPA made of a demand. */
export interface ScaledRun {
  readonly seconds: number
  /** Pods × seconds. */
  readonly podSeconds: number
  /** Requested CPU × seconds, in millicore-seconds. */
  readonly requestedSeconds: number
  /** Seconds in which the ready pods were asked for more than they request. */
  readonly overloadSeconds: number
  /** The demand above the requests of ready pods, in millicore-seconds. */
  readonly shortage: number
  readonly usedSeconds: number
  /** Seconds at the highest number of pods allowed, with more demand than the target. */
  readonly atMaximumSeconds: number
  readonly mostReplicas: number
  readonly moves: number
  /** Pods at the end of each slot. */
  readonly replicas: Float64Array
  /** Load of a ready pod at each look of the controller, in millicores. */
  readonly podLoads: Float64Array
}

/**
 * Runs an HPA on a demand that does not depend on it: load is shared evenly between ready pods. Gaps are passed over.
 * A pod that starts takes no load until it is ready; of pods that go, those go first that were not ready yet.
 */
export function simulateHpa(
  demand: Demand,
  scaler: Autoscaler,
  { syncSeconds = 15, readySeconds = 30, replicas: start }: Surroundings = {},
): ScaledRun {
  const controller = hpaController(scaler)
  const replicas = new Float64Array(demand.values.length)
  const podLoads = new Float64Array(demand.values.length * Math.ceil(demand.step / syncSeconds))
  let looks = 0
  const sum = { pod: 0, overload: 0, shortage: 0, used: 0, atMaximum: 0, seconds: 0 }
  let [current, most, moves, now] = [start ?? Math.max(1, scaler.minReplicas), 0, 0, 0]
  let starting: { ready: number; pods: number }[] = []
  const { request, utilization, tolerance } = scaler
  for (let slot = 0; slot < demand.values.length; slot += 1) {
    const load = demand.values[slot] ?? Number.NaN
    const end = (slot + 1) * demand.step
    if (Number.isNaN(load)) {
      now = end
      replicas[slot] = Number.NaN
      continue
    }
    for (; now < end; now += syncSeconds) {
      // Few looks find pods that start; a history has thousands.
      if (starting.length > 0) starting = starting.filter(({ ready }) => ready > now)
      const unready = starting.length === 0 ? 0 : starting.reduce((total, { pods }) => total + pods, 0)
      const ready = Math.max(1, current - unready)
      const wish = desiredByMetric({ request, utilization, current, ready, usage: load }, tolerance)
      const next = controller.sync({ now, current }, wish)
      const seconds = Math.min(syncSeconds, end - now)
      podLoads[looks++] = load / ready
      const above = Math.max(0, load - ready * scaler.request)
      sum.seconds += seconds
      sum.pod += current * seconds
      sum.used += load * seconds
      sum.shortage += above * seconds
      if (above > 0) sum.overload += seconds
      if (current >= scaler.maxReplicas && load * 100 > current * scaler.request * scaler.utilization)
        sum.atMaximum += seconds
      if (next > current) starting.push({ ready: now + readySeconds, pods: next - current })
      if (next < current) starting = withoutNewest(starting, current - next)
      if (next !== current) moves += 1
      current = next
      most = Math.max(most, current)
    }
    replicas[slot] = current
  }
  return {
    seconds: sum.seconds,
    podSeconds: sum.pod,
    requestedSeconds: sum.pod * scaler.request,
    overloadSeconds: sum.overload,
    shortage: sum.shortage,
    usedSeconds: sum.used,
    atMaximumSeconds: sum.atMaximum,
    mostReplicas: most,
    moves,
    replicas,
    podLoads: podLoads.subarray(0, looks),
  }
}

function withoutNewest(starting: readonly { ready: number; pods: number }[], count: number) {
  let left = count
  return starting
    .toReversed()
    .flatMap(({ ready, pods }) => {
      const gone = Math.min(left, pods)
      left -= gone
      return pods > gone ? [{ ready, pods: pods - gone }] : []
    })
    .toReversed()
}
