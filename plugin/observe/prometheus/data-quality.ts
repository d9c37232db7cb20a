import type { Observation } from '../../model/observation.ts'
import type { Owners } from '../owners.ts'
import type { Probed } from './dialect.ts'

/** Everything that can be amiss with what was read. A closed set, so that hosts and docs can list them. */
export type FindingCode =
  | 'metric-missing'
  | 'clusters-mixed'
  | 'scraped-twice'
  | 'rate-of-two-samples'
  | 'pods-unowned'
  | 'part-failed'
  | 'answer-partial'
  | 'gaps'
  | 'young'
  | 'oom-killed'
  | 'cache-damaged'

/** One thing that is amiss with the data, the query that shows it, and how to mend it. */
export interface Finding {
  readonly code: FindingCode
  readonly level: 'warning' | 'note'
  readonly cluster: string
  readonly message: string
  /** PromQL that shows it. */
  readonly query?: string
  readonly hint?: string
}

type Draft = Omit<Finding, 'cluster'>

/** What the probe alone tells. */
export function findingsOfProbe({ dialect, clusters }: Probed): readonly Draft[] {
  const found: Draft[] = []
  if (clusters.length > 1) {
    found.push({
      code: 'clusters-mixed',
      level: 'warning',
      message: `Prometheus holds several clusters (${clusters.join(', ')}) and no label picks one: pods of the same name are mixed`,
      query: 'count by (cluster) (container_cpu_usage_seconds_total)',
      hint: `Add labels: {cluster: ${clusters.find((name) => name !== '(no label)') ?? 'NAME'}} to the prometheus of this cluster in tortoise.yaml.`,
    })
  }
  if (dialect.jobs.length > 1) {
    found.push({
      code: 'scraped-twice',
      level: 'note',
      message: `jobs ${dialect.jobs.join(' and ')} record the same containers; the higher value counts`,
      query: 'count by (job) (container_cpu_usage_seconds_total)',
      hint: `Pick one with labels: {job: ${dialect.jobs[0] ?? ''}} if kube-state-metrics has the same job, or drop one of the scrapes.`,
    })
  }
  if (dialect.cpu.metric.endsWith('_irate')) {
    found.push({
      code: 'rate-of-two-samples',
      level: 'warning',
      message: `CPU comes from ${dialect.cpu.metric}, a rate of two samples: peaks between two slots are not seen`,
      query: `count(${dialect.cpu.metric})`,
      hint: 'Keep container_cpu_usage_seconds_total, or take the newer kubernetes-mixin with its sum_rate5m rule.',
    })
  }
  return found
}

interface Answered {
  readonly answered: ReadonlySet<string>
  readonly owners: Owners
}

/** Which metrics are missing and what is lost with them. */
export function findingsOfGaps({ answered, owners }: Answered): readonly Draft[] {
  const owned = (kind: string): boolean =>
    owners.pods.size === 0 || [...owners.pods.values()].some((owner) => owner.kind === kind)
  return gaps.flatMap(({ name, metric, loss, hint }): Draft[] => {
    if (answered.has(name)) return []
    if (name === 'replicaSets' && (owners.replicaSets.size > 0 || !owned('ReplicaSet'))) return []
    if (name === 'jobs' && !owned('Job')) return []
    const message = `no ${metric} in Prometheus: ${loss}`
    return [{ code: 'metric-missing', level: 'warning', message, query: `count(${metric})`, hint }]
  })
}

const cadvisor =
  'Scrape the kubelet with metrics_path /metrics/cadvisor, and keep the namespace, pod and container labels.'
const kubeState = 'Install kube-state-metrics and let Prometheus keep this metric.'
const gaps = [
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
    loss: 'Deployments are guessed from ReplicaSet names, Rollouts are not seen',
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

/** How much history a workload needs before anything is lowered; coverage as a share. */
export interface Enough {
  readonly minimumDays: number
  readonly minimumCoverage: number
}

/** What the observations themselves tell: gaps, workloads too young to be lowered, kills for want of memory. */
export function findingsOfObservations(
  observations: readonly Observation[],
  { minimumDays, minimumCoverage }: Enough,
): readonly Finding[] {
  const byCluster = new Map<string, Observation[]>()
  for (const one of observations) byCluster.set(one.cluster, [...(byCluster.get(one.cluster) ?? []), one])
  return [...byCluster].flatMap(([cluster, own]) => {
    const young = own.filter(({ days }) => days < minimumDays)
    const gappy = own.filter(
      ({ days, coverage, window }) =>
        days >= minimumDays && coverage / Math.min(1, days / daysOf(window)) < minimumCoverage,
    )
    const killed = own.filter(({ containers }) => containers.some(({ oomKills }) => oomKills > 0))
    const draft = (part: Omit<Finding, 'cluster' | 'level'>): Finding => ({ ...part, cluster, level: 'note' })
    return [
      ...(young.length === 0
        ? []
        : [
            draft({
              code: 'young',
              message: `${young.length} workloads were seen for less than ${minimumDays} days and are not lowered (${some(young)})`,
              hint: 'Wait, or lower recommend.minimumDays.',
            }),
          ]),
      ...(gappy.length === 0
        ? []
        : [
            draft({
              code: 'gaps',
              message: `${gappy.length} workloads have samples in less than ${Math.round(minimumCoverage * 100)} % of their time and are not lowered (${some(gappy)})`,
              query: queryOfGaps(gappy[0]),
              hint: 'Look for scrapes that fail (up == 0), or lower recommend.minimumCoverage for workloads that run now and then.',
            }),
          ]),
      ...(killed.length === 0
        ? []
        : [
            draft({
              code: 'oom-killed',
              message: `${killed.length} workloads had containers killed for want of memory (${some(killed)}); they are raised, never lowered below the peak`,
              query: 'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1',
            }),
          ]),
    ]
  })
}

const daysOf = ({ from, to }: Observation['window']): number =>
  (Date.parse(to) - Date.parse(from)) / 86_400_000

const queryOfGaps = (one: Observation | undefined): string =>
  one === undefined
    ? ''
    : `count_over_time(container_memory_working_set_bytes{namespace="${one.workload.namespace}",pod=~"${one.workload.name}-.*",container!=""}[1d])`

function some(observations: readonly Observation[]): string {
  const names = observations
    .slice(0, 3)
    .map(({ workload: { namespace, kind, name } }) => `${namespace}/${kind}/${name}`)
  return observations.length > 3
    ? `${names.join(', ')} and ${observations.length - 3} more`
    : names.join(', ')
}
