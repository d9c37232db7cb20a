import { checkCluster } from '../../../config/cluster-rules.ts'
import type { Observation } from '../../model/observation.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { workloadKey } from '../../model/workload.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import { withLive } from '../../observe/kubernetes/with-live-state.ts'
import { isOfPart, type Part } from '../../observe/prometheus/shards.ts'
import type { RunPorts } from '../host.ts'
import { readLive } from './kubernetes.ts'
import { type ClusterRequest, type ObservedUsage, partOf, type UsageContext } from './request.ts'
import { readUsage } from './usage-sources.ts'

/** Observes one cluster: usage from the configured sources, merged with live state from the API server. */
export async function observeCluster(ports: RunPorts, request: ClusterRequest): Promise<ObservedUsage> {
  const { cluster, settings, to, flags } = request
  const problems = checkCluster(cluster, settings.clusters)
  if (problems.length > 0) throw new ExpectedStop(problems)
  const whole = await readLive(ports, settings, cluster)
  const live = whole && limitToPart(whole, partOf(flags))
  const window = { from: new Date(to.getTime() - settings.history.days * 86_400_000), to }
  const { observations: used, readings } = await readUsage(ports, request, { window, live })
  if (live === undefined) return { observations: used, readings }
  const observations = withLive([...used, ...withoutUsage(live, used, window)], live)
  return { observations, readings, declarations: live.declarations }
}

/** Limits the workloads to those of one job. Owners stay complete: a job also reads pods whose owner metrics do not name. */
const limitToPart = (live: LiveCluster, part: Part | undefined): LiveCluster => ({
  ...live,
  workloads: live.workloads.filter(({ workload }) => isOfPart(workload.namespace, part)),
})

/** Empty observations of the workloads that run and have no usage data, so that reports list them. */
function withoutUsage(
  { cluster, workloads }: LiveCluster,
  observations: readonly Observation[],
  { from, to }: UsageContext['window'],
): readonly Observation[] {
  const used = new Set(observations.map(({ workload }) => workloadKey(workload)))
  const window = { from: from.toISOString(), to: to.toISOString() }
  return workloads
    .filter(({ workload }) => !used.has(workloadKey(workload)))
    .map(({ workload }) => ({ cluster, workload, window, days: 0, coverage: 0, containers: [] }))
}
