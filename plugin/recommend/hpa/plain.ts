import type { BehaviorState } from './behavior.ts'

/**
 * Pods of an HPA that says nothing of its behaviour: the highest wish of the window, at most double of today's or four.
 * The documented default (100 % or four pods in 15 seconds) holds only for parts that a given behaviour leaves out.
 * Source: normalizeDesiredReplicas in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go
 */
export function byPlainRules(windowSeconds: number, { now, current, wishes }: BehaviorState): number {
  let wanted = Number.NEGATIVE_INFINITY
  for (const { time, pods } of wishes) if (time >= now - windowSeconds) wanted = Math.max(wanted, pods)
  return Math.min(wanted, Math.max(2 * current, 4))
}
