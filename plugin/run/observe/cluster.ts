import type { Observation } from '../../model/observation.ts'
import { workloadKey } from '../../model/workload.ts'
import { withLive } from '../../observe/kubernetes/kubernetes.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import { isOfPart, type Part } from '../../observe/prometheus/shards.ts'
import type { Host } from '../host.ts'
import { readLive } from './kubernetes.ts'
import { type ClusterRequest, type Gathered, type Ground, partOf } from './request.ts'
import { readUsage } from './usage-sources.ts'

/** Every workload of a cluster: what it used, as far as its sources of usage tell, and how it fares, as far as the API server tells. */
export async function observeCluster(host: Host, request: ClusterRequest): Promise<Gathered> {
  const { cluster, settings, to, flags } = request
  const part = partOf(flags)
  const whole = await readLive(host, settings, cluster)
  const live = whole && ofPart(whole, part)
  const window = { from: new Date(to.getTime() - settings.history.days * 86_400_000), to }
  const { observations: all, readings } = await readUsage(host, request, { window, live })
  if (live === undefined) return { observations: all, readings }
  const observations = withLive([...all, ...unseen(live, all, window)], live)
  return { observations, readings }
}

/** The workloads of one of several jobs; who owns whom is known of all, for a job also reads what nobody counted. */
const ofPart = (live: LiveCluster, part: Part | undefined): LiveCluster => ({
  ...live,
  workloads: live.workloads.filter(({ workload }) => isOfPart(workload.namespace, part)),
})

/** Workloads that run and of which no usage was seen: nothing is known of them, and that is said of each. */
function unseen(
  { cluster, workloads }: LiveCluster,
  observations: readonly Observation[],
  { from, to }: Ground['window'],
): readonly Observation[] {
  const seen = new Set(observations.map(({ workload }) => workloadKey(workload)))
  const window = { from: from.toISOString(), to: to.toISOString() }
  return workloads
    .filter(({ workload }) => !seen.has(workloadKey(workload)))
    .map(({ workload }) => ({ cluster, workload, window, days: 0, coverage: 0, containers: [] }))
}
