import type { Deployed } from './layouts.ts'

const Mi = 1024 ** 2
const step = 240
const daySeconds = 86_400
const days = 8

/** A cluster whose usage is recorded: what runs there, and the labels that its Prometheus adds to each series. */
export interface RecordedCluster {
  readonly deployed: readonly Deployed[]
  readonly labels: Readonly<Record<string, string>>
  /** Cores that each container uses. */
  readonly cores: number
}

/** OpenMetrics lines of eight days of cAdvisor and kube-state-metrics: one pod a workload, which requests 500m and 512Mi. */
export function* layoutMetrics(clusters: readonly RecordedCluster[], until: Date): Generator<string> {
  const end = Math.floor(until.getTime() / 1000)
  const times = Array.from(
    { length: (days * daySeconds) / step + 1 },
    (_, index) => end - days * daySeconds + index * step,
  )
  const all = clusters.flatMap(({ deployed, labels, cores }) =>
    deployed.map((one) => ({ pod: podOf(one), one, labels, cores })),
  )
  for (const [name, type, series] of families) {
    yield `# TYPE ${name.replace(/_total$/, '')} ${type}`
    for (const recorded of all) {
      for (const [own, value] of series(recorded)) {
        const labels = printed({ ...recorded.labels, namespace: recorded.one.namespace, ...own })
        for (const [index, time] of times.entries()) yield `${name}{${labels}} ${value(index * step)} ${time}`
      }
    }
  }
}

interface Recorded {
  readonly pod: string
  readonly one: Deployed
  readonly labels: Readonly<Record<string, string>>
  readonly cores: number
}
type SeriesOf = (
  recorded: Recorded,
) => readonly (readonly [Readonly<Record<string, string>>, (seconds: number) => number])[]

const replicaSet = (name: string): string => `${name}-5d8f7c9b64`
const podOf = ({ kind, name }: Deployed): string =>
  kind === 'Deployment' ? `${replicaSet(name)}-x7k2p` : `${name}-0`
const kubelet = { job: 'kubelet', metrics_path: '/metrics/cadvisor' }
const state = { job: 'kube-state-metrics' }
const one = (): number => 1
const sizes = [
  ['cpu', 'core', 0.5],
  ['memory', 'byte', 512 * Mi],
] as const

const families: readonly (readonly [name: string, type: 'counter' | 'gauge', series: SeriesOf])[] = [
  [
    'container_cpu_usage_seconds_total',
    'counter',
    ({ pod, one: { container }, cores }) => [
      [{ ...kubelet, pod, container, image: 'example:1' }, (seconds) => cores * seconds],
    ],
  ],
  [
    'container_memory_working_set_bytes',
    'gauge',
    ({ pod, one: { container } }) => [[{ ...kubelet, pod, container, image: 'example:1' }, () => 200 * Mi]],
  ],
  [
    'kube_pod_owner',
    'gauge',
    ({ pod, one: { kind, name } }) => [
      [
        {
          ...state,
          pod,
          owner_kind: kind === 'Deployment' ? 'ReplicaSet' : kind,
          owner_name: kind === 'Deployment' ? replicaSet(name) : name,
          owner_is_controller: 'true',
        },
        one,
      ],
    ],
  ],
  [
    'kube_replicaset_owner',
    'gauge',
    ({ one: { kind, name } }) =>
      kind === 'Deployment'
        ? [
            [
              {
                ...state,
                replicaset: replicaSet(name),
                owner_kind: 'Deployment',
                owner_name: name,
                owner_is_controller: 'true',
              },
              one,
            ],
          ]
        : [],
  ],
  [
    'kube_pod_container_resource_requests',
    'gauge',
    ({ pod, one: { container } }) =>
      sizes.map(([resource, unit, value]) => [{ ...state, pod, container, resource, unit }, () => value]),
  ],
]

const printed = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
