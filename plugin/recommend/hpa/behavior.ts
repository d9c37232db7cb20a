import type { Behavior, ScalingRules, ScalingStep } from '../../model/behavior.ts'

/**
 * Stabilisation and scaling policies of autoscaling/v2.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
 */

/** Something that happened at a time, in seconds: pods asked for, or pods added (removed: below zero). */
export interface Event {
  readonly time: number
  readonly pods: number
}

/** Where an HPA stands: what it wished for before and now, and what it did. */
export interface BehaviorState {
  readonly now: number
  readonly current: number
  readonly wishes: readonly Event[]
  readonly moves: readonly Event[]
}

/** Pods by a behaviour: the wishes stabilised, then no faster than policies allow. */
export function byBehavior(behavior: Behavior, { now, current, wishes, moves }: BehaviorState): number {
  const wanted = stabilized(current, wishes, { now, behavior })
  if (wanted > current) {
    const limit = upLimit(current, moves, { now, rules: behavior.scaleUp })
    return Math.min(wanted, Math.max(current, limit))
  }
  const limit = downLimit(current, moves, { now, rules: behavior.scaleDown })
  return Math.max(wanted, Math.min(current, limit))
}

/** Most pods that policies let a scale-up reach. Rounded as the controller rounds, dust and all: 12 % more than 25 are 29. */
export function upLimit(current: number, events: readonly Event[], at: Moment): number {
  const { selectPolicy, policies } = at.rules
  if (selectPolicy === 'Disabled') return current
  const reach = policies.map((policy) => {
    const start = periodStart(current, events, { now: at.now, policy })
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100))
  })
  return selectPolicy === 'Max' ? Math.max(...reach) : Math.min(...reach)
}

/** Fewest pods that policies let a scale-down reach. */
export function downLimit(current: number, events: readonly Event[], at: Moment): number {
  const { selectPolicy, policies } = at.rules
  if (selectPolicy === 'Disabled') return current
  const reach = policies.map((policy) => {
    const start = periodStart(current, events, { now: at.now, policy })
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100))
  })
  return selectPolicy === 'Max' ? Math.min(...reach) : Math.max(...reach)
}

interface Moment {
  readonly now: number
  readonly rules: ScalingRules
}

/** Pods at the start of a policy's period: today's, less what came in it. */
function periodStart(
  current: number,
  events: readonly Event[],
  { now, policy }: { readonly now: number; readonly policy: ScalingStep },
): number {
  let start = current
  for (const { time, pods } of events) if (time > now - policy.periodSeconds) start -= pods
  return start
}

/** Holds today's pods between the lowest wish of the window for growing and the highest of that for shrinking. The last wish always counts. */
export function stabilized(
  current: number,
  wishes: readonly Event[],
  { now, behavior }: { readonly now: number; readonly behavior: Behavior },
): number {
  const last = wishes.at(-1)?.pods ?? current
  const within = (window: number) => wishes.filter(({ time }) => time > now - window).map(({ pods }) => pods)
  const up = Math.min(last, ...within(behavior.scaleUp.stabilizationWindowSeconds))
  const down = Math.max(last, ...within(behavior.scaleDown.stabilizationWindowSeconds))
  return Math.min(Math.max(current, up), down)
}
