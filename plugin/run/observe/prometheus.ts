import { resolve } from 'node:path'
import { directoryStore } from '../../io/day-store.ts'
import { type Observed, observePrometheus, type PrometheusOptions } from '../../observe/prometheus/usage.ts'
import type { Host } from '../host.ts'
import { prometheusPorts } from './prometheus-access.ts'
import { type ClusterRequest, type Ground, partOf } from './request.ts'

/** Usage from the Prometheus of a cluster; `undefined` where settings name none. */
export async function observeUsage(
  host: Host,
  { settings, cluster, flags }: Pick<ClusterRequest, 'settings' | 'cluster' | 'flags'>,
  { window, live, ...more }: Ground & Pick<PrometheusOptions, 'enough'>,
): Promise<Observed | undefined> {
  const { name, prometheus } = cluster
  if (prometheus === undefined) return undefined
  const { timeoutSeconds, url, headers, labels, parameters, concurrency, maxQueries, seriesBudget } =
    prometheus
  const part = partOf(flags)
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
      ...(part === undefined ? {} : { part }),
      ...more,
    },
    {
      ...prometheusPorts(host, name, prometheus),
      ...(flags.cache === undefined ? {} : { store: directoryStore(resolve(host.cwd, flags.cache)) }),
    },
  )
}
