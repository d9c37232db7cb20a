/** The same two days of one Deployment and another workload, as different installations record them. */
export const from = Date.UTC(2026, 8, 1) / 1000
export const to = from + 2 * 86_400

type Labels = Readonly<Record<string, string>>

const times = (scrape: number): readonly number[] =>
  Array.from({ length: (to - from) / scrape + 1 }, (_, at) => from + at * scrape)

const pods = [
  { pod: 'web-5d4f8c7b9-aaaaa', cores: 0.2, bytes: 200 * 1024 ** 2 },
  { pod: 'web-5d4f8c7b9-bbbbb', cores: 0.6, bytes: 300 * 1024 ** 2 },
]
const burst = { from: from + 6 * 3600, to: from + 7 * 3600, cores: 2 }

const coresAt = (cores: number, time: number): number =>
  cores === 0.6 && time >= burst.from && time < burst.to ? burst.cores : cores
const bytesAt = (bytes: number, time: number): number => (time === from + 30 * 3600 ? bytes * 2 : bytes)

const line = (name: string, labels: Labels, value: number, time: number): string =>
  `${name}{${Object.entries(labels)
    .map(([key, text]) => `${key}="${text}"`)
    .join(',')}} ${value} ${time}`

interface Names {
  readonly cpu: string
  readonly memory: string
  readonly scrape: number
  readonly labels: (pod: string) => Labels
  readonly memoryLabels?: Labels
  readonly factor?: number
}

function usage({ cpu, memory, scrape, labels, memoryLabels = {}, factor = 1 }: Names): string[] {
  return pods.flatMap(({ pod, cores, bytes }) => {
    let used = 0
    const own = labels(pod)
    return [
      ...times(scrape).map((time) => {
        if (time > from) used += coresAt(cores, time - scrape) * factor * scrape
        return line(cpu, own, used, time)
      }),
      ...times(scrape).map((time) =>
        line(memory, { ...own, ...memoryLabels }, bytesAt(bytes * factor, time), time),
      ),
    ]
  })
}

const owners = (extra: Labels = {}, names = { namespace: 'namespace', pod: 'pod' }): string[] => [
  ...pods.flatMap(({ pod }) =>
    times(60).map((time) =>
      line(
        'kube_pod_owner',
        {
          ...extra,
          [names.namespace]: 'shop',
          [names.pod]: pod,
          owner_kind: 'ReplicaSet',
          owner_name: 'web-5d4f8c7b9',
          owner_is_controller: 'true',
        },
        1,
        time,
      ),
    ),
  ),
  ...times(60).map((time) =>
    line(
      'kube_replicaset_owner',
      {
        ...extra,
        [names.namespace]: 'shop',
        replicaset: 'web-5d4f8c7b9',
        owner_kind: 'Deployment',
        owner_name: 'web',
        owner_is_controller: 'true',
      },
      1,
      time,
    ),
  ),
]

const cadvisor = { cpu: 'container_cpu_usage_seconds_total', memory: 'container_memory_working_set_bytes' }

const stackLabels =
  (more: Labels) =>
  (pod: string): Labels => ({
    ...more,
    job: 'kubelet',
    metrics_path: '/metrics/cadvisor',
    namespace: 'shop',
    pod,
    container: 'web',
    image: 'web:1',
  })

/** The series of kubernetes-mixin's recording rules: five-minute rates every thirty seconds. */
function rules(suffix: 'sum_rate5m' | 'sum_irate'): string[] {
  return pods.flatMap(({ pod, cores }) =>
    times(30).map((time) => {
      const seconds = suffix === 'sum_rate5m' ? 300 : 60
      let used = 0
      for (let at = time - seconds; at < time; at += 60) used += coresAt(cores, at) * 60
      const labels = { cluster: '', namespace: 'shop', pod, container: 'web', node: 'node-1' }
      return line(
        `node_namespace_pod_container:container_cpu_usage_seconds_total:${suffix}`,
        labels,
        used / seconds,
        time,
      )
    }),
  )
}

const memoryRule = (): string[] =>
  pods.flatMap(({ pod, bytes }) =>
    times(30).map((time) =>
      line(
        'node_namespace_pod_container:container_memory_working_set_bytes',
        { namespace: 'shop', pod, container: 'web', node: 'node-1' },
        bytesAt(bytes, time),
        time,
      ),
    ),
  )

/** Series without the name of a container, as of the cgroups of whole pods. */
const unnamed = (labels: (pod: string) => Labels) => (pod: string) => {
  const { container: _, ...rest } = labels(pod)
  return rest
}

/** Usage with one CPU series for each of four cores, which share the use equally. */
const coresOf = (): string[] =>
  [0, 1, 2, 3].flatMap((core) =>
    usage({
      ...cadvisor,
      scrape: 60,
      factor: 0.25,
      labels: (pod) => ({ ...stackLabels({})(pod), cpu: `cpu0${core}` }),
    }).filter((text) => text.startsWith(cadvisor.cpu)),
  )
const memoryOf = (): string[] =>
  usage({ ...cadvisor, scrape: 60, labels: stackLabels({}) }).filter((text) => !text.startsWith(cadvisor.cpu))

/** One installation: its series, the settings that select it, and the expected dialect. */
export interface Installation {
  readonly lines: () => readonly string[]
  readonly labels?: Labels
  readonly dialect: string
  readonly cpu: string
  /** Name of the container in the usage; `web` when left out. */
  readonly container?: string
  /** Codes of the findings that name what is odd; none when left out. */
  readonly findings?: readonly string[]
}

/** Common installations by name. */
export const installations: Readonly<Record<string, Installation>> = {
  'kube-prometheus-stack without rules': {
    lines: () => [...usage({ ...cadvisor, scrape: 60, labels: stackLabels({}) }), ...owners()],
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
  },
  'kube-prometheus-stack with the new rules': {
    lines: () => [
      ...usage({ ...cadvisor, scrape: 60, labels: stackLabels({}) }),
      ...rules('sum_rate5m'),
      ...owners(),
    ],
    dialect: 'cadvisor',
    cpu: 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m',
  },
  'kube-prometheus-stack with the old rules': {
    lines: () => [
      ...usage({ ...cadvisor, scrape: 60, labels: stackLabels({}) }),
      ...rules('sum_irate'),
      ...owners(),
    ],
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
  },
  'recording rules only, as on a central server': {
    lines: () => [...rules('sum_rate5m'), ...memoryRule(), ...owners()],
    dialect: 'rules',
    cpu: 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m',
  },
  'GKE system metrics': {
    lines: () => [
      ...usage({
        cpu: 'kubernetes_io:container_cpu_core_usage_time',
        memory: 'kubernetes_io:container_memory_used_bytes',
        memoryLabels: { memory_type: 'non-evictable' },
        scrape: 60,
        labels: (pod) => ({
          cluster_name: 'prod',
          monitored_resource: 'k8s_container',
          namespace_name: 'shop',
          pod_name: pod,
          container_name: 'web',
        }),
      }),
      // kube-state-metrics scraped by the managed collector keeps its own labels under other names.
      ...owners(
        { namespace: 'gmp-system', pod: 'kube-state-metrics-0' },
        { namespace: 'exported_namespace', pod: 'exported_pod' },
      ),
    ],
    dialect: 'gke-system',
    cpu: 'kubernetes_io:container_cpu_core_usage_time',
  },
  'AKS minimal': {
    lines: () => [
      ...usage({
        ...cadvisor,
        scrape: 60,
        labels: (pod) => ({ cluster: 'aks', job: 'cadvisor', namespace: 'shop', pod, container: 'web' }),
      }),
      ...owners({ cluster: 'aks' }),
    ],
    labels: { cluster: 'aks' },
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
  },
  'cAdvisor with the labels of old Kubernetes': {
    lines: () => [
      ...usage({
        ...cadvisor,
        scrape: 60,
        labels: (pod) => ({
          job: 'kubernetes-cadvisor',
          namespace: 'shop',
          pod_name: pod,
          container_name: 'web',
        }),
      }),
      ...owners(),
    ],
    dialect: 'cadvisor-pod-name',
    cpu: 'container_cpu_usage_seconds_total',
  },
  'several clusters with replicas, as behind Thanos': {
    lines: () => [
      ...['a', 'b'].flatMap((replica) =>
        usage({
          ...cadvisor,
          scrape: 60,
          labels: stackLabels({ cluster: 'prod', prometheus_replica: replica }),
        }),
      ),
      ...usage({
        ...cadvisor,
        scrape: 60,
        factor: 40,
        labels: stackLabels({ cluster: 'staging', prometheus_replica: 'a' }),
      }),
      ...['a', 'b'].flatMap((replica) => owners({ cluster: 'prod', prometheus_replica: replica })),
      ...owners({ cluster: 'staging', prometheus_replica: 'a' }),
    ],
    labels: { cluster: 'prod' },
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
  },
  'a cAdvisor with one series for each core': {
    lines: () => [...coresOf(), ...memoryOf(), ...owners()],
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
    findings: ['series-of-cores'],
  },
  'a cAdvisor that sees whole pods only': {
    lines: () => [
      ...usage({ ...cadvisor, scrape: 60, labels: unnamed(stackLabels({ id: '/kubepods/pod1' })) }),
      ...owners(),
    ],
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
    container: '(pod)',
    findings: ['containers-unnamed'],
  },
  'recording rules that drop the container': {
    lines: () => [
      ...[...rules('sum_rate5m'), ...memoryRule()].map((text) => text.replace(/container="web",/, '')),
      ...owners(),
    ],
    dialect: 'rules',
    cpu: 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m',
    container: '(pod)',
    findings: ['containers-unnamed'],
  },
  'two jobs that scrape one kubelet at different times': {
    lines: () => [
      ...usage({ ...cadvisor, scrape: 60, labels: stackLabels({}) }),
      ...usage({ ...cadvisor, scrape: 120, labels: (pod) => ({ ...stackLabels({})(pod), job: 'other' }) }),
      ...owners(),
    ],
    dialect: 'cadvisor',
    cpu: 'container_cpu_usage_seconds_total',
    findings: ['scraped-twice'],
  },
}
