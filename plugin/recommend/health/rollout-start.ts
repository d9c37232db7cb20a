import type { Observation } from '../../model/observation.ts'
import type { PodStart } from '../../model/pod-events.ts'

/** Seconds by which the clock of a commit may be ahead of that of the cluster. */
const clockSkew = 300
/** Kinds whose pods of one template share a part of their names. */
const withHash: readonly string[] = ['Deployment', 'Rollout']

/**
 * When the first pod was created of the template that followed a time, in seconds since 1970. `none`: no such pod was created. `undefined`:
 * the pods of the workload are not known.
 */
export function rolloutAfter(
  { workload, podStarts }: Pick<Observation, 'workload' | 'podStarts'>,
  time: number,
): number | 'none' | undefined {
  if (podStarts === undefined || podStarts.length === 0) return undefined
  const started = withHash.includes(workload.kind)
    ? firstOfTemplates(podStarts)
    : podStarts.map(({ created }) => created)
  const after = started.filter((one) => one > time - clockSkew)
  return after.length === 0 ? 'none' : after.reduce((low, one) => Math.min(low, one))
}

/** The first pod of each template: the part of the name before the last dash is that of its ReplicaSet. */
function firstOfTemplates(pods: readonly PodStart[]): readonly number[] {
  const first = new Map<string, number>()
  for (const { pod, created } of pods) {
    const replicaSet = pod.slice(0, pod.lastIndexOf('-'))
    first.set(replicaSet, Math.min(created, first.get(replicaSet) ?? created))
  }
  return [...first.values()]
}
