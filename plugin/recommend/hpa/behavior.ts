import type { Behavior, ScalingRules, ScalingStep } from '../../model/behavior.ts'

/**
 * Stabilisation and scaling policies of autoscaling/v2.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
 */

/** A recommendation (number of pods) or a scale event (pods added; negative for removed), at a time in seconds. */
export interface ScaleEvent {
  readonly time: number
  readonly pods: number
}

/** The state of an HPA: the number of pods, and its recommendations and scale events so far, oldest first. */
export interface BehaviorState {
  readonly now: number
  readonly current: number
  readonly recommendations: readonly ScaleEvent[]
  readonly scaleEvents: readonly ScaleEvent[]
}

/** Number of pods that a behaviour gives: the stabilised recommendation, within the limits of its policies. */
export function withBehavior(
  behavior: Behavior,
  { now, current, recommendations, scaleEvents }: BehaviorState,
): number {
  const wanted = stabilize(current, recommendations, { now, behavior })
  if (wanted > current) {
    const limit = scaleUpLimit(current, scaleEvents, { now, rules: behavior.scaleUp })
    return Math.min(wanted, Math.max(current, limit))
  }
  const limit = scaleDownLimit(current, scaleEvents, { now, rules: behavior.scaleDown })
  return Math.max(wanted, Math.min(current, limit))
}

/** Most pods that the policies allow in a scale-up. Repeats the controller's floating-point rounding: 12 % more than 25 are 29. */
export function scaleUpLimit(current: number, events: readonly ScaleEvent[], at: RulesAt): number {
  const { selectPolicy, policies } = at.rules
  if (selectPolicy === 'Disabled') return current
  const limits = policies.map((policy) => {
    const start = podsAtPeriodStart(current, events, { now: at.now, policy })
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100))
  })
  return selectPolicy === 'Max' ? Math.max(...limits) : Math.min(...limits)
}

/** Fewest pods that the policies allow in a scale-down. */
export function scaleDownLimit(current: number, events: readonly ScaleEvent[], at: RulesAt): number {
  const { selectPolicy, policies } = at.rules
  if (selectPolicy === 'Disabled') return current
  const limits = policies.map((policy) => {
    const start = podsAtPeriodStart(current, events, { now: at.now, policy })
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100))
  })
  return selectPolicy === 'Max' ? Math.min(...limits) : Math.max(...limits)
}

interface RulesAt {
  readonly now: number
  readonly rules: ScalingRules
}

/** Number of pods at the start of a policy's period: the current number without the scale events of the period. */
function podsAtPeriodStart(
  current: number,
  events: readonly ScaleEvent[],
  { now, policy }: { readonly now: number; readonly policy: ScalingStep },
): number {
  let start = current
  for (const { time, pods } of events) if (time > now - policy.periodSeconds) start -= pods
  return start
}

/**
 * The current number of pods, raised to the lowest recommendation of the scale-up window and lowered to the highest of
 * the scale-down window. The last recommendation counts in both, however short they are.
 */
export function stabilize(
  current: number,
  recommendations: readonly ScaleEvent[],
  { now, behavior }: { readonly now: number; readonly behavior: Behavior },
): number {
  const last = recommendations.at(-1)?.pods ?? current
  const within = (window: number) =>
    recommendations.filter(({ time }) => time > now - window).map(({ pods }) => pods)
  const up = Math.min(last, ...within(behavior.scaleUp.stabilizationWindowSeconds))
  const down = Math.max(last, ...within(behavior.scaleDown.stabilizationWindowSeconds))
  return Math.min(Math.max(current, up), down)
}
