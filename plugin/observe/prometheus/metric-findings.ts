import type { Owners } from '../owners.ts'
import type { FindingDraft } from './finding.ts'
import type { MixedClusters } from './mixed-clusters.ts'
import type { ProbeResult } from './probe.ts'
import { labelMatchers } from './selector.ts'

/** Findings of the probe: containers that are scraped twice, cores, pods without containers, and rates of two samples. */
export function probeFindings({ dialect, found }: ProbeResult): readonly FindingDraft[] {
  const { cpu, jobs, level } = dialect
  return [
    ...(jobs.length > 1 && found.has('doubled') ? [scrapedTwice(jobs)] : []),
    ...(cpu.kind === 'cores' ? [seriesOfCores] : []),
    ...(level === 'pod' ? [withoutContainers(cpu.metric)] : []),
    ...(cpu.metric.endsWith('_irate') ? [rateOfTwoSamples(cpu.metric)] : []),
  ]
}

const scrapedTwice = (jobs: readonly string[]): FindingDraft => ({
  code: 'scraped-twice',
  level: 'note',
  message: `the jobs ${jobs.join(' and ')} record the same containers; the higher value counts`,
  query: 'count by (job) (container_cpu_usage_seconds_total)',
  hint: `Select one with labels: {job: ${jobs[0] ?? ''}} if kube-state-metrics has the same job, or remove one of the scrape jobs.`,
})

const seriesOfCores: FindingDraft = {
  code: 'series-of-cores',
  level: 'note',
  message:
    'container_cpu_usage_seconds_total has one series for each core of a container; their sum is the usage of the container',
  query: 'count by (cpu) (container_cpu_usage_seconds_total)',
  hint: 'Start cAdvisor with --disable_metrics=percpu to record one series for each container.',
}

const withoutContainers = (metric: string): FindingDraft => ({
  code: 'containers-unnamed',
  level: 'warning',
  message: `${metric} has no container label, so usage is known for whole pods only: a pod with one container is sized from it, others are skipped`,
  query: `count by (container) (${metric})`,
  hint: 'Keep the container label in relabelings and recording rules, and use a container runtime that cAdvisor can read (CRI).',
})

const rateOfTwoSamples = (metric: string): FindingDraft => ({
  code: 'rate-of-two-samples',
  level: 'warning',
  message: `CPU comes from ${metric}, a rate of two samples, so peaks between two slots are not measured`,
  query: `count(${metric})`,
  hint: 'Keep container_cpu_usage_seconds_total, or use a newer kubernetes-mixin with its sum_rate5m rule.',
})

/** The finding that several clusters are mixed, with the settings that select this one. */
export function mixedFinding(mixed: MixedClusters, setting: string): FindingDraft {
  return {
    code: 'clusters-mixed',
    level: 'warning',
    message: `${mixedReason(mixed)}, so nothing is changed`,
    query: `count by (${mixed.label}) (container_cpu_usage_seconds_total)`,
    hint: `Select one of them in the settings: ${setting}`,
  }
}

/** Why the usage of a cluster cannot be used: it is mixed with that of others. */
export const mixedReason = ({ label, values }: MixedClusters): string =>
  `Prometheus holds several clusters (${label} is ${values.join(', ')}) and the settings select none of them`

/** The finding that no container has usage, with the clusters that the server records where labels select none of them. */
export function nothingRecorded(
  labels: Readonly<Record<string, string>>,
  recorded: Pick<MixedClusters, 'label' | 'values'> | undefined,
  setting: string,
): FindingDraft {
  const selected = labelMatchers(labels)
  const where = selected.length === 0 ? '' : ` with ${selected.join(', ')}`
  const others =
    recorded === undefined ? '' : `; its usage has ${recorded.label} ${recorded.values.join(', ')}`
  const check = 'Check that this Prometheus scrapes the kubelets of the cluster (cAdvisor), and its url.'
  return {
    code: 'usage-missing',
    level: 'warning',
    message: `Prometheus has no usage of any container${where}${others}`,
    query: `count by (${recorded?.label ?? 'job'}) (container_cpu_usage_seconds_total)`,
    hint:
      recorded === undefined
        ? selected.length === 0
          ? check
          : `Correct or remove labels: of the cluster in tortoise.yaml. ${check}`
        : `Select one of them in the settings: ${setting}`,
  }
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
