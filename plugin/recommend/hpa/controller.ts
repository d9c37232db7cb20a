import type { Behavior } from '../../model/behavior.ts'
import { type ScaleEvent, withBehavior } from './behavior.ts'
import { withoutBehavior } from './without-behavior.ts'

/** Bounds and behaviour of an HPA. */
export interface HpaRules {
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly behavior?: Behavior
  /** `--horizontal-pod-autoscaler-downscale-stabilization` in seconds, for an HPA without behaviour. 300 when left out. */
  readonly downscaleStabilization?: number
}

/** An HPA that scales by the CPU of one pod's containers. */
export interface Autoscaler extends HpaRules {
  /** Target, in percent of the request. */
  readonly utilization: number
  /** Request of one pod, in millicores. */
  readonly request: number
  /** Relative difference from the target that is ignored; 0.1 when left out. */
  readonly tolerance?: number
}

/** One evaluation by the controller: its time in seconds, and the number of pods at that time. */
export interface Evaluation {
  readonly now: number
  readonly current: number
}

/** The controller of one HPA. It remembers recommendations and scale events. */
export interface HpaController {
  /** Returns the number of pods from now on. `recommendation` is what the metrics need, `undefined` when none can be read. */
  sync(evaluation: Evaluation, recommendation: number | undefined): number
}

/** A controller without any history. */
export function hpaController(rules: HpaRules): HpaController {
  const { minReplicas, maxReplicas, behavior, downscaleStabilization = 300 } = rules
  const [window, period] = rememberedSeconds(behavior, downscaleStabilization)
  const recommendations: ScaleEvent[] = []
  const scaleEvents: ScaleEvent[] = []
  let started = false

  const next = ({ now, current }: Evaluation, recommendation: number | undefined): number => {
    if (current === 0 && minReplicas > 0) return current
    if (current > maxReplicas || current < minReplicas) return clamp(current, minReplicas, maxReplicas)
    if (recommendation === undefined) return current
    recommendations.push({ time: now, pods: recommendation })
    const state = { now, current, recommendations, scaleEvents }
    const wanted =
      behavior === undefined ? withoutBehavior(downscaleStabilization, state) : withBehavior(behavior, state)
    return clamp(wanted, minReplicas, maxReplicas)
  }

  return {
    sync(evaluation, recommendation) {
      const { now, current } = evaluation
      // The pods at the start count as a recommendation, so that nothing is scaled down in the first window.
      if (!started) recommendations.push({ time: now, pods: current })
      started = true
      dropBefore(recommendations, now - window)
      dropBefore(scaleEvents, now - period)
      const to = next(evaluation, recommendation)
      if (to !== current) scaleEvents.push({ time: now, pods: to - current })
      return to
    },
  }
}

/** Seconds for which recommendations and scale events are needed. */
function rememberedSeconds(behavior: Behavior | undefined, window: number): readonly [number, number] {
  if (behavior === undefined) return [window, 0]
  const { scaleUp, scaleDown } = behavior
  const policies = [...scaleUp.policies, ...scaleDown.policies]
  return [
    Math.max(scaleUp.stabilizationWindowSeconds, scaleDown.stabilizationWindowSeconds),
    Math.max(...policies.map(({ periodSeconds }) => periodSeconds), 0),
  ]
}

function dropBefore(events: ScaleEvent[], time: number): void {
  let old = 0
  while ((events[old]?.time ?? Number.POSITIVE_INFINITY) < time) old += 1
  if (old > 0) events.splice(0, old)
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
