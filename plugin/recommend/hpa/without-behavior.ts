/**
 * Number of pods for an HPA without `behavior`, from the highest recommendation of the window: at most twice the current
 * pods or four. The documented defaults (100 % or four pods in 15 seconds) apply only to the parts that a given behaviour
 * leaves out. Source: normalizeDesiredReplicas in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go
 */
export const limitedRise = (highest: number, current: number): number =>
  Math.min(highest, Math.max(2 * current, 4))
