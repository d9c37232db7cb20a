import type { Owners } from '../owners.ts'
import type { FindingDraft } from './finding.ts'
import type { ProbeResult } from './probe.ts'

/** Findings of the probe: mixed clusters, containers that are scraped twice, and rates of two samples. */
export function probeFindings({ dialect, clusters }: ProbeResult): readonly FindingDraft[] {
  const found: FindingDraft[] = []
  if (clusters.length > 1) {
    found.push({
      code: 'clusters-mixed',
      level: 'warning',
      message: `Prometheus holds several clusters (${clusters.join(', ')}) and no label selects one, so pods with the same name are mixed`,
      query: 'count by (cluster) (container_cpu_usage_seconds_total)',
      hint: `Add labels: {cluster: ${clusters.find((name) => name !== '(no label)') ?? 'NAME'}} to the prometheus of this cluster in tortoise.yaml.`,
    })
  }
  if (dialect.jobs.length > 1) {
    found.push({
      code: 'scraped-twice',
      level: 'note',
      message: `the jobs ${dialect.jobs.join(' and ')} record the same containers; the higher value counts`,
      query: 'count by (job) (container_cpu_usage_seconds_total)',
      hint: `Select one with labels: {job: ${dialect.jobs[0] ?? ''}} if kube-state-metrics has the same job, or remove one of the scrape jobs.`,
    })
  }
  if (dialect.cpu.metric.endsWith('_irate')) {
    found.push({
      code: 'rate-of-two-samples',
      level: 'warning',
      message: `CPU comes from ${dialect.cpu.metric}, a rate of two samples, so peaks between two slots are not measured`,
      query: `count(${dialect.cpu.metric})`,
      hint: 'Keep container_cpu_usage_seconds_total, or use a newer kubernetes-mixin with its sum_rate5m rule.',
    })
  }
  return found
}

interface QueriedMetrics {
  /** Names of the queries that returned at least one series. */
  readonly answered: ReadonlySet<string>
  readonly owners: Owners
}

/** Findings for missing metrics, with what is unknown without them. */
export function missingMetricFindings({ answered, owners }: QueriedMetrics): readonly FindingDraft[] {
  const hasOwner = (kind: string): boolean =>
    owners.pods.size === 0 || [...owners.pods.values()].some((owner) => owner.kind === kind)
  return metrics.flatMap(({ name, metric, loss, hint }): FindingDraft[] => {
    if (answered.has(name)) return []
    if (name === 'replicaSets' && (owners.replicaSets.size > 0 || !hasOwner('ReplicaSet'))) return []
    if (name === 'jobs' && !hasOwner('Job')) return []
    const message = `no ${metric} in Prometheus: ${loss}`
    return [{ code: 'metric-missing', level: 'warning', message, query: `count(${metric})`, hint }]
  })
}

const cadvisor =
  'Scrape the kubelet with metrics_path /metrics/cadvisor, and keep the namespace, pod and container labels.'
const kubeState = 'Install kube-state-metrics and let Prometheus keep this metric.'
const metrics = [
  { name: 'cpu', metric: 'container_cpu_usage_seconds_total', loss: 'CPU usage is unknown', hint: cadvisor },
  {
    name: 'memory',
    metric: 'container_memory_working_set_bytes',
    loss: 'memory usage and replicas are unknown',
    hint: cadvisor,
  },
  {
    name: 'pods',
    metric: 'kube_pod_owner',
    loss: 'workloads are guessed from the names of their pods',
    hint: kubeState,
  },
  {
    name: 'replicaSets',
    metric: 'kube_replicaset_owner',
    loss: 'Deployments are guessed from ReplicaSet names, and Rollouts are not found',
    hint: kubeState,
  },
  {
    name: 'jobs',
    metric: 'kube_job_owner',
    loss: 'CronJobs are guessed from the names of their Jobs',
    hint: kubeState,
  },
  {
    name: 'restarts',
    metric: 'kube_pod_container_status_restarts_total',
    loss: 'OOM kills and crash loops are unknown',
    hint: kubeState,
  },
  {
    name: 'periods',
    metric: 'container_cpu_cfs_periods_total',
    loss: 'throttling is unknown (or no container has a CPU limit)',
    hint: 'Keep container_cpu_cfs_periods_total and container_cpu_cfs_throttled_periods_total of cAdvisor.',
  },
] as const
