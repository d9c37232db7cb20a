import { type Behavior, defaultBehavior, downLimit, type Event, stabilized, upLimit } from './behavior.ts'
import { defaultTolerance, desiredByMetric } from './desired.ts'

/** An HPA on the CPU of one pod's containers. */
export interface Autoscaler {
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Percent of the request. */
  readonly utilization: number
  /** Request of one pod, in millicores. */
  readonly request: number
  readonly behavior?: Behavior
  readonly tolerance?: number
}

/** What the controller reads at a time. */
export interface Reading {
  /** In seconds. */
  readonly now: number
  readonly current: number
  readonly ready: number
  /** Usage of all ready pods, in millicores. */
  readonly usage: number
}

/** The controller of one HPA: remembers its wishes and its moves. */
export interface HpaController {
  /** Pods wanted from now on. */
  sync(reading: Reading): number
}

/** A controller that remembers nothing yet. */
export function hpaController(scaler: Autoscaler): HpaController {
  const { minReplicas, maxReplicas, behavior = defaultBehavior, tolerance = defaultTolerance } = scaler
  const { scaleUp, scaleDown } = behavior
  const memory = Math.max(scaleUp.stabilizationWindowSeconds, scaleDown.stabilizationWindowSeconds)
  const period = Math.max(...[...scaleUp.policies, ...scaleDown.policies].map((one) => one.periodSeconds), 0)
  const wishes: Event[] = []
  const moves: Event[] = []

  const bounded = (wanted: number, { current, now }: Reading): number => {
    if (wanted > current) {
      const limit = Math.max(current, upLimit(current, moves, { now, rules: scaleUp }))
      return Math.min(wanted, limit, maxReplicas)
    }
    if (wanted < current) {
      const limit = Math.min(current, downLimit(current, moves, { now, rules: scaleDown }))
      return Math.max(wanted, limit, minReplicas)
    }
    return current
  }

  return {
    sync(reading) {
      const { now, current } = reading
      forget(wishes, now - memory)
      forget(moves, now - period)
      if (current > maxReplicas || current < minReplicas)
        return moved(moves, now, [current, clamp(current, minReplicas, maxReplicas)])
      const wish = desiredByMetric({ ...reading, ...scaler }, tolerance)
      wishes.push({ time: now, pods: clamp(wish, minReplicas, maxReplicas) })
      const wanted = stabilized(current, wishes, { now, behavior })
      return moved(moves, now, [current, bounded(wanted, reading)])
    },
  }
}

function moved(moves: Event[], time: number, [from, to]: readonly [number, number]): number {
  if (to !== from) moves.push({ time, pods: to - from })
  return to
}

function forget(events: Event[], until: number): void {
  let old = 0
  while ((events[old]?.time ?? Number.POSITIVE_INFINITY) <= until) old += 1
  if (old > 0) events.splice(0, old)
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
