import type { Behavior } from '../../model/behavior.ts'
import { type ScaleEvent, withBehavior } from './behavior.ts'
import { limitedRise } from './without-behavior.ts'

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
  /**
   * After an evaluation that changed nothing: the last time, in seconds, up to which evaluations with the same recommendation
   * change nothing either. Absent where that is not known.
   */
  restsUntil?(): number
}

/** A controller without any history. */
export const hpaController = (rules: HpaRules): HpaController =>
  rules.behavior === undefined ? plainController(rules) : behavingController(rules, rules.behavior)

/** Whether the number of pods is set at once, without metrics: an HPA that is off, or outside of its bounds. */
const isForced = ({ minReplicas, maxReplicas }: HpaRules, current: number): boolean =>
  (current === 0 && minReplicas > 0) || current > maxReplicas || current < minReplicas

const forced = ({ minReplicas, maxReplicas }: HpaRules, current: number): number =>
  current === 0 && minReplicas > 0 ? current : clamp(current, minReplicas, maxReplicas)

/** A controller of an HPA without `behavior`. Of each window only the highest recommendation counts. */
function plainController(rules: HpaRules): HpaController {
  const { minReplicas, maxReplicas, downscaleStabilization = 300 } = rules
  const highest = slidingHighest(downscaleStabilization)
  let started = false
  return {
    sync({ now, current }, recommendation) {
      // The pods at the start count as a recommendation, so that nothing is scaled down in the first window.
      if (!started) highest.add(now, current)
      started = true
      if (isForced(rules, current)) return forced(rules, current)
      if (recommendation === undefined) return current
      highest.add(now, recommendation)
      return clamp(limitedRise(highest.at(now), current), minReplicas, maxReplicas)
    },
    restsUntil: highest.until,
  }
}

/** The highest value of the last seconds. Lower values before a higher one never count, so they are dropped: each step is short. */
function slidingHighest(windowSeconds: number) {
  const [times, values]: [number[], number[]] = [[], []]
  let first = 0
  return {
    add(time: number, value: number): void {
      while (values.length > first && (values.at(-1) ?? 0) <= value) {
        values.pop()
        times.pop()
      }
      values.push(value)
      times.push(time)
    },
    at(now: number): number {
      while ((times[first] ?? now) < now - windowSeconds) first += 1
      if (first > 1000) {
        times.splice(0, first)
        values.splice(0, first)
        first = 0
      }
      return values[first] ?? Number.NEGATIVE_INFINITY
    },
    /** The last time up to which the highest value stays, when the last one is added again and again. */
    until: (): number =>
      values.length - first <= 1 ? Number.POSITIVE_INFINITY : (times[first] ?? 0) + windowSeconds,
  }
}

function behavingController(rules: HpaRules, behavior: Behavior): HpaController {
  const { minReplicas, maxReplicas } = rules
  const [window, period] = rememberedSeconds(behavior)
  const recommendations: ScaleEvent[] = []
  const scaleEvents: ScaleEvent[] = []
  let started = false

  const next = ({ now, current }: Evaluation, recommendation: number | undefined): number => {
    if (isForced(rules, current)) return forced(rules, current)
    if (recommendation === undefined) return current
    recommendations.push({ time: now, pods: recommendation })
    const wanted = withBehavior(behavior, { now, current, recommendations, scaleEvents })
    return clamp(wanted, minReplicas, maxReplicas)
  }

  return {
    sync(evaluation, recommendation) {
      const { now, current } = evaluation
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
function rememberedSeconds(behavior: Behavior): readonly [number, number] {
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
