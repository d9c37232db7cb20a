import { stop } from '../../model/problem.ts'
import {
  observePrometheus,
  type PrometheusOptions,
  type PrometheusUsage,
} from '../../observe/prometheus/observe-prometheus.ts'
import type { RunPorts } from '../host.ts'
import { openDays } from '../open-storage.ts'
import { prometheusPorts } from './prometheus-access.ts'
import { type ClusterRequest, partOf, type UsageContext } from './request.ts'

/** Reads usage from the Prometheus server of a cluster; `undefined` when settings name none. */
export async function observeUsage(
  ports: Omit<RunPorts, 'now'>,
  { settings, cluster, flags }: Pick<ClusterRequest, 'settings' | 'cluster' | 'flags'>,
  { window, live, ...more }: UsageContext & Pick<PrometheusOptions, 'thresholds'>,
): Promise<PrometheusUsage | undefined> {
  const { name, prometheus } = cluster
  if (prometheus === undefined) return undefined
  const { timeoutSeconds, url, headers, labels, clusterLabel, parameters } = prometheus
  const { concurrency, maxQueries, seriesBudget } = prometheus
  if (url === undefined) throw withoutUrl(name)
  const part = partOf(flags)
  const store = openDays(ports, settings.storage, flags.cache)
  // The API server knows the owners of pods and ReplicaSets that the metrics do not name.
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
      clusterLabel,
      namespaces: cluster.kubernetes?.namespaces ?? [],
      ...owners,
      ...(part === undefined ? {} : { part }),
      ...more,
    },
    {
      ...prometheusPorts(ports, name, prometheus),
      ...(store === undefined ? {} : { store }),
    },
  )
}

const withoutUrl = (cluster: string) =>
  stop('settings.missing', `the Prometheus of cluster ${cluster} has no url`, {
    hint: `Set it in the operator settings, or pass --prometheus URL:\n    clusters: [{ name: ${cluster}, prometheus: { url: "https://prometheus.example" } }]`,
  })
