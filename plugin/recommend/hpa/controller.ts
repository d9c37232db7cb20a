import type { Behavior } from '../../model/behavior.ts'
import { byBehavior, type Event } from './behavior.ts'
import { byPlainRules } from './plain.ts'

/** Bounds of an HPA and how it moves between them. */
export interface HpaRules {
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly behavior?: Behavior
  /** Seconds that the highest wish holds where no behaviour is given; a flag of the controller. */
  readonly downscaleStabilization?: number
}

/** An HPA on the CPU of one pod's containers. */
export interface Autoscaler extends HpaRules {
  /** Percent of the request. */
  readonly utilization: number
  /** Request of one pod, in millicores. */
  readonly request: number
  readonly tolerance?: number
}

/** A look of the controller: when, in seconds, and the pods that are asked for. */
export interface Evaluation {
  readonly now: number
  readonly current: number
}

/** The controller of one HPA: remembers its wishes and its moves. */
export interface HpaController {
  /** Pods wanted from now on; `wish` is what the metrics ask for, if any of them could be read. */
  sync(look: Evaluation, wish: number | undefined): number
}

/** A controller that remembers nothing yet. */
export function hpaController(rules: HpaRules): HpaController {
  const { minReplicas, maxReplicas, behavior, downscaleStabilization = 300 } = rules
  const [memory, period] = reach(behavior, downscaleStabilization)
  const wishes: Event[] = []
  const moves: Event[] = []
  let begun = false

  const next = ({ now, current }: Evaluation, wish: number | undefined): number => {
    if (current === 0 && minReplicas > 0) return current
    if (current > maxReplicas || current < minReplicas) return clamp(current, minReplicas, maxReplicas)
    if (wish === undefined) return current
    wishes.push({ time: now, pods: wish })
    const standing = { now, current, wishes, moves }
    const wanted =
      behavior === undefined ? byPlainRules(downscaleStabilization, standing) : byBehavior(behavior, standing)
    return clamp(wanted, minReplicas, maxReplicas)
  }

  return {
    sync(look, wish) {
      const { now, current } = look
      // What it finds at first counts as a wish: nothing falls in the first window.
      if (!begun) wishes.push({ time: now, pods: current })
      begun = true
      forget(wishes, now - memory)
      forget(moves, now - period)
      const to = next(look, wish)
      if (to !== current) moves.push({ time: now, pods: to - current })
      return to
    },
  }
}

/** How far back wishes and moves count. */
function reach(behavior: Behavior | undefined, window: number): readonly [number, number] {
  if (behavior === undefined) return [window, 0]
  const { scaleUp, scaleDown } = behavior
  const policies = [...scaleUp.policies, ...scaleDown.policies]
  return [
    Math.max(scaleUp.stabilizationWindowSeconds, scaleDown.stabilizationWindowSeconds),
    Math.max(...policies.map(({ periodSeconds }) => periodSeconds), 0),
  ]
}

function forget(events: Event[], until: number): void {
  let old = 0
  while ((events[old]?.time ?? Number.POSITIVE_INFINITY) < until) old += 1
  if (old > 0) events.splice(0, old)
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
