/**
 * Stabilisation and scaling policies of autoscaling/v2.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
 */

/** So many pods, or percent of them, in so many seconds. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent'
  readonly value: number
  readonly periodSeconds: number
}

/** One direction of an HPA's behaviour. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds: number
  readonly policies: readonly ScalingPolicy[]
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled'
}

export interface Behavior {
  readonly scaleUp: ScalingRules
  readonly scaleDown: ScalingRules
}

/** What an HPA does that says nothing of its behaviour. */
export const defaultBehavior: Behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    selectPolicy: 'Max',
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    selectPolicy: 'Max',
  },
}

/** Something that happened at a time, in seconds: pods asked for, or pods added (removed: below zero). */
export interface Event {
  readonly time: number
  readonly pods: number
}

/** Most pods that policies let a scale-up reach. */
export function upLimit(current: number, events: readonly Event[], at: Moment): number {
  const { selectPolicy, policies } = at.rules
  if (selectPolicy === 'Disabled') return current
  const reach = policies.map((policy) => {
    const start = periodStart(current, events, { now: at.now, policy })
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100) - 1e-9)
  })
  return selectPolicy === 'Max' ? Math.max(...reach) : Math.min(...reach)
}

/** Fewest pods that policies let a scale-down reach. */
export function downLimit(current: number, events: readonly Event[], at: Moment): number {
  const { selectPolicy, policies } = at.rules
  if (selectPolicy === 'Disabled') return current
  const reach = policies.map((policy) => {
    const start = periodStart(current, events, { now: at.now, policy })
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100) + 1e-9)
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
  { now, policy }: { readonly now: number; readonly policy: ScalingPolicy },
): number {
  let start = current
  for (const { time, pods } of events) if (time > now - policy.periodSeconds) start -= pods
  return start
}

/** Holds today's pods between the lowest wish of the window for growing and the highest of that for shrinking. */
export function stabilized(
  current: number,
  wishes: readonly Event[],
  { now, behavior }: { readonly now: number; readonly behavior: Behavior },
): number {
  let [up, down] = [Number.POSITIVE_INFINITY, 0]
  for (const { time, pods } of wishes) {
    if (time === now || time > now - behavior.scaleUp.stabilizationWindowSeconds) up = Math.min(up, pods)
    if (time === now || time > now - behavior.scaleDown.stabilizationWindowSeconds)
      down = Math.max(down, pods)
  }
  return Math.min(Math.max(current, up), Math.max(down, up))
}
