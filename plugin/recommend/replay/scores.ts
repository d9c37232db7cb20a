/** How a set of values does over a span, for one workload or for several added up. Times are in seconds. */
export interface Scores {
  /** Seconds with samples, of each container. */
  readonly seconds: number
  /** Core-seconds and byte-seconds, over all pods. */
  readonly cpuRequested: number
  readonly cpuUsed: number
  readonly memoryRequested: number
  readonly memoryUsed: number
  /** Time that the busiest pod is above its CPU request, and core-seconds above it. */
  readonly aboveSeconds: number
  readonly aboveVolume: number
  /** Time that the busiest pod is at its CPU limit, or the recorded share of throttled periods when that is more. */
  readonly throttledSeconds: number
  /** Times that memory exceeds its limit. */
  readonly oomKills: number
  /** Pods × seconds, and the seconds over which pods were counted. */
  readonly podSeconds: number
  readonly workloadSeconds: number
  /** Time in which the pods of a simulated HPA have more load than they request. */
  readonly overloadSeconds: number
  /** Time over which an HPA was simulated. */
  readonly simulatedSeconds: number
  /** Time at the HPA's maximum with more demand than its target. */
  readonly atMaximumSeconds: number
  /** Number of workloads added up. */
  readonly workloads: number
}

/** Scores of nothing: all zero. */
export const emptyScores: Scores = {
  seconds: 0,
  cpuRequested: 0,
  cpuUsed: 0,
  memoryRequested: 0,
  memoryUsed: 0,
  aboveSeconds: 0,
  aboveVolume: 0,
  throttledSeconds: 0,
  oomKills: 0,
  podSeconds: 0,
  workloadSeconds: 0,
  overloadSeconds: 0,
  simulatedSeconds: 0,
  atMaximumSeconds: 0,
  workloads: 0,
}

/** The sum of two scores, figure by figure. */
export function addScores(one: Scores, other: Scores): Scores {
  const names = Object.keys(emptyScores) as (keyof Scores)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Scores
}
