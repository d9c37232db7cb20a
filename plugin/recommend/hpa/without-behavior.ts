import type { BehaviorState } from './behavior.ts'

/**
 * Number of pods for an HPA without `behavior`: the highest recommendation of the window, and at most twice the current
 * pods or four. The documented defaults (100 % or four pods in 15 seconds) apply only to the parts that a given behaviour
 * leaves out. Source: normalizeDesiredReplicas in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go
 */
export function withoutBehavior(
  windowSeconds: number,
  { now, current, recommendations }: BehaviorState,
): number {
  let wanted = Number.NEGATIVE_INFINITY
  for (const { time, pods } of recommendations)
    if (time >= now - windowSeconds) wanted = Math.max(wanted, pods)
  return Math.min(wanted, Math.max(2 * current, 4))
}
