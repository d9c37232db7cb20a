import { resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../config/schema.ts'
import { directoryStore } from '../io/day-store.ts'
import type { Observation } from '../model/observation.ts'
import { stop } from '../model/problem.ts'
import { workloadKey } from '../model/workload.ts'
import { printCost } from '../observe/cost.ts'
import { printDialect } from '../observe/dialect.ts'
import { readCluster, withLive } from '../observe/kubernetes.ts'
import type { LiveCluster } from '../observe/live.ts'
import type { Part } from '../observe/shards.ts'
import { type Observed, observePrometheus, type PrometheusOptions } from '../observe/usage.ts'
import type { Host } from './host.ts'
import type { ObserveFlags } from './observations.ts'
import { prometheusPorts } from './prometheus-access.ts'

/** Which cluster to observe, up to when. */
export interface ClusterRequest {
  readonly settings: Settings
  readonly cluster: ClusterSettings
  readonly to: Date
  readonly flags: Pick<ObserveFlags, 'cache' | 'shard'>
}

/** Every workload of a cluster: what it used, as far as a Prometheus tells, and how it fares, as far as the API server tells. */
export async function observeCluster(host: Host, request: ClusterRequest): Promise<readonly Observation[]> {
  const { cluster, settings, to } = request
  const live = await readLive(host, cluster)
  const window = { from: new Date(to.getTime() - settings.history.days * 86_400_000), to }
  const usage = await observeUsage(host, request, { window, live })
  const { progress } = host
  if (usage !== undefined) {
    progress({ kind: 'note', message: `cluster ${cluster.name}: ${printDialect(usage.dialect)}` })
    progress({ kind: 'note', message: `cluster ${cluster.name}: ${printCost(usage.cost)}` })
  }
  const observations = usage?.observations ?? []
  if (live === undefined) return observations
  return withLive([...observations, ...unseen(live, observations, window)], live)
}

/** Usage from the Prometheus of a cluster; `undefined` where settings name none. */
export async function observeUsage(
  host: Host,
  { settings, cluster, flags }: ClusterRequest,
  {
    window,
    live,
    ...more
  }: Pick<PrometheusOptions, 'window' | 'enough'> & { readonly live: LiveCluster | undefined },
): Promise<Observed | undefined> {
  const { name, prometheus } = cluster
  if (prometheus === undefined) return undefined
  const { timeoutSeconds, url, headers, labels, parameters, concurrency, maxQueries, seriesBudget } =
    prometheus
  const part = flags.shard === undefined ? {} : { part: partFrom(flags.shard) }
  // The API server knows the controllers of pods and ReplicaSets where the metrics do not.
  const owners = live === undefined ? {} : { replicaSets: live.replicaSets, pods: live.pods }
  return observePrometheus(
    {
      cluster: name,
      url,
      headers,
      parameters,
      concurrency,
      maxQueries,
      seriesBudget,
      timeoutMs: timeoutSeconds * 1000,
      window,
      stepSeconds: settings.history.stepSeconds,
      labels,
      namespaces: cluster.kubernetes?.namespaces ?? [],
      ...owners,
      ...part,
      ...more,
    },
    {
      ...prometheusPorts(host, name, prometheus),
      ...(flags.cache === undefined ? {} : { store: directoryStore(resolve(host.cwd, flags.cache)) }),
    },
  )
}

/** What the API server tells, where settings name one. */
export async function readLive(
  host: Host,
  { name, kubernetes }: ClusterSettings,
): Promise<LiveCluster | undefined> {
  if (kubernetes === undefined) return undefined
  const { context, namespaces, kinds } = kubernetes
  const options = { cluster: name, namespaces, kinds, ...(context === undefined ? {} : { context }) }
  return readCluster(options, { progress: host.progress })
}

/** Workloads that run and of which no usage was seen: nothing is known of them, and that is said of each. */
function unseen(
  { cluster, workloads }: LiveCluster,
  observations: readonly Observation[],
  { from, to }: PrometheusOptions['window'],
): readonly Observation[] {
  const seen = new Set(observations.map(({ workload }) => workloadKey(workload)))
  const window = { from: from.toISOString(), to: to.toISOString() }
  return workloads
    .filter(({ workload }) => !seen.has(workloadKey(workload)))
    .map(({ workload }) => ({ cluster, workload, window, days: 0, coverage: 0, containers: [] }))
}

function partFrom(text: string): Part {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const part = { index: Number(index), of: Number(of) }
  if (part.index >= 1 && part.index <= part.of) return part
  throw stop('usage', `--shard ${text} is not a part of a run`, { mend: 'Write it as 1/4, 2/4, 3/4, 4/4.' })
}
