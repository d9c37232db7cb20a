import { type Autoscaler, hpaController } from './controller.ts'
import { desiredReplicas } from './desired.ts'

/** CPU demand of all pods together in millicores, one value per slot; `NaN` without a sample. */
export interface Demand {
  readonly values: Float64Array
  /** Seconds between slots. */
  readonly step: number
}

/** The environment of a simulated HPA. */
export interface SimulationOptions {
  /** Seconds between two evaluations by the controller; 15 when left out. */
  readonly syncSeconds?: number
  /** Seconds between the creation of a pod and its first load; 30 when left out. */
  readonly readySeconds?: number
  /** Number of pods at the start; the HPA's minimum when left out. */
  readonly replicas?: number
}

/** The result of running an HPA on a demand. */
export interface HpaSimulation {
  readonly seconds: number
  /** Pods × seconds. */
  readonly podSeconds: number
  /** Requested CPU × seconds, in millicore-seconds. */
  readonly requestedSeconds: number
  /** Seconds in which the ready pods have more load than they request. */
  readonly overloadSeconds: number
  /** Demand above the requests of ready pods, in millicore-seconds. */
  readonly shortage: number
  /** Demand, in millicore-seconds. */
  readonly usedSeconds: number
  /** Seconds at the HPA's maximum with more demand than its target. */
  readonly atMaximumSeconds: number
  readonly mostReplicas: number
  /** Number of scale events. */
  readonly moves: number
  /** Number of pods at the end of each slot; `NaN` for slots without a demand. */
  readonly replicas: Float64Array
  /** Load of a ready pod at each evaluation, in millicores. */
  readonly podLoads: Float64Array
}

/**
 * Runs an HPA on a demand that does not depend on the number of pods. Ready pods share the load evenly. Slots without a
 * demand are skipped. A scale-down removes the newest pods first.
 */
export function simulateHpa(
  demand: Demand,
  scaler: Autoscaler,
  { syncSeconds = 15, readySeconds = 30, replicas: start }: SimulationOptions = {},
): HpaSimulation {
  const pods = simulatedPods(scaler, { readySeconds, start: start ?? Math.max(1, scaler.minReplicas) })
  const sums = simulationSums(scaler)
  const replicas = new Float64Array(demand.values.length)
  const podLoads = new Float64Array(demand.values.length * Math.ceil(demand.step / syncSeconds))
  let [evaluations, now] = [0, 0]
  for (let slot = 0; slot < demand.values.length; slot += 1) {
    const load = demand.values[slot] ?? Number.NaN
    const end = (slot + 1) * demand.step
    if (Number.isNaN(load)) {
      now = end
      replicas[slot] = Number.NaN
      continue
    }
    for (; now < end; now += syncSeconds) {
      const podLoad = load / pods.readyAt(now)
      podLoads[evaluations++] = podLoad
      sums.add(pods.state, load, Math.min(syncSeconds, end - now))
      if (pods.evaluate(now, load)) continue
      // Nothing changes up to the last evaluation before `until`, which is computed again.
      const until = Math.min(pods.restsUntil(), end - syncSeconds / 2)
      const same = Math.max(0, Math.floor((until - now) / syncSeconds) - 1)
      podLoads.fill(podLoad, evaluations, evaluations + same)
      evaluations += same
      sums.add(pods.state, load, same * syncSeconds)
      now += same * syncSeconds
    }
    replicas[slot] = pods.state.current
  }
  const { mostReplicas, moves } = pods.state
  return { ...sums.total, mostReplicas, moves, replicas, podLoads: podLoads.subarray(0, evaluations) }
}

interface PodState {
  current: number
  ready: number
  mostReplicas: number
  moves: number
}

interface StartingPods {
  readonly ready: number
  readonly pods: number
}

/** The pods behind a simulated HPA. They change in place: a history has thousands of evaluations. */
function simulatedPods(
  scaler: Autoscaler,
  { readySeconds, start }: { readonly readySeconds: number; readonly start: number },
) {
  const controller = hpaController(scaler)
  const { request, utilization, tolerance } = scaler
  const state: PodState = { current: start, ready: start, mostReplicas: 0, moves: 0 }
  let starting: readonly StartingPods[] = []

  const readyAt = (now: number): number => {
    // Few evaluations find starting pods.
    if (starting.length > 0) starting = starting.filter(({ ready }) => ready > now)
    const unready = starting.length === 0 ? 0 : starting.reduce((total, { pods }) => total + pods, 0)
    state.ready = Math.max(1, state.current - unready)
    return state.ready
  }

  // Changed in place: two new objects for each of 80,000 evaluations take longer than the rest.
  const pods = { request, utilization, current: 0, ready: 0, usage: 0 }
  const evaluation = { now: 0, current: 0 }

  /** Returns whether the number of pods changed, or pods are starting. */
  const evaluate = (now: number, usage: number): boolean => {
    const { current, ready } = state
    pods.current = current
    pods.ready = ready
    pods.usage = usage
    evaluation.now = now
    evaluation.current = current
    const next = controller.sync(evaluation, desiredReplicas(pods, tolerance))
    if (next > current) starting = [...starting, { ready: now + readySeconds, pods: next - current }]
    if (next < current) starting = withoutNewest(starting, current - next)
    if (next !== current) state.moves += 1
    state.current = next
    state.mostReplicas = Math.max(state.mostReplicas, next)
    return next !== current || starting.length > 0
  }
  const restsUntil = (): number => controller.restsUntil?.() ?? Number.NEGATIVE_INFINITY

  return { state, readyAt, evaluate, restsUntil }
}

function withoutNewest(starting: readonly StartingPods[], count: number): readonly StartingPods[] {
  let left = count
  return starting
    .toReversed()
    .flatMap(({ ready, pods }) => {
      const removed = Math.min(left, pods)
      left -= removed
      return pods > removed ? [{ ready, pods: pods - removed }] : []
    })
    .toReversed()
}

/** Adds up the seconds of a simulation. */
function simulationSums({ request, utilization, maxReplicas }: Autoscaler) {
  const total = {
    seconds: 0,
    podSeconds: 0,
    requestedSeconds: 0,
    overloadSeconds: 0,
    shortage: 0,
    usedSeconds: 0,
    atMaximumSeconds: 0,
  }
  const add = ({ current, ready }: PodState, load: number, seconds: number): void => {
    const above = Math.max(0, load - ready * request)
    total.seconds += seconds
    total.podSeconds += current * seconds
    total.requestedSeconds = total.podSeconds * request
    total.usedSeconds += load * seconds
    total.shortage += above * seconds
    if (above > 0) total.overloadSeconds += seconds
    if (current >= maxReplicas && load * 100 > current * request * utilization)
      total.atMaximumSeconds += seconds
  }
  return { total, add }
}
