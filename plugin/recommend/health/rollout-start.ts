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
  const since = time - clockSkew
  const after = podStarts.filter(({ created }) => created > since)
  const former = withHash.includes(workload.kind) ? replicaSetAt(podStarts, since) : undefined
  const own = after.filter(({ pod }) => former === undefined || replicaSetOf(pod) !== former)
  return own.length === 0
    ? 'none'
    : own.reduce((low, { created }) => Math.min(low, created), Number.POSITIVE_INFINITY)
}

/** The part of a pod's name before the last dash is that of its ReplicaSet. */
const replicaSetOf = (pod: string): string => pod.slice(0, pod.lastIndexOf('-'))

/** The ReplicaSet that started pods last before a time: a template that comes back has the name that it had before. */
function replicaSetAt(pods: readonly PodStart[], time: number): string | undefined {
  const [first, ...more] = pods.filter(({ created }) => created <= time)
  if (first === undefined) return undefined
  return replicaSetOf(more.reduce((last, one) => (one.created > last.created ? one : last), first).pod)
}
