import type { Series } from './response-reader.ts'
import { type Selection, selectorOf } from './selector.ts'

/** The labels that name a container in a family of metrics. */
export interface ContainerLabels {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** How usage and state are recorded in one Prometheus; chosen by one probe and printed. */
export interface Dialect {
  /** Who records usage: cAdvisor, cAdvisor with the labels of Kubernetes before 1.16, GKE's system metrics, or rules alone. */
  readonly name: 'cadvisor' | 'cadvisor-pod-name' | 'gke-system' | 'rules'
  readonly usage: ContainerLabels
  readonly state: ContainerLabels
  /** `counter`: CPU seconds to take a rate of; `rate`: a recording rule that did. */
  readonly cpu: { readonly metric: string; readonly kind: 'counter' | 'rate' }
  readonly memory: { readonly metric: string; readonly matchers: readonly string[] }
  /** Seconds between scrapes of usage, known to a tenth; 0 where nothing was scraped. */
  readonly scrapeSeconds: number
  /** Jobs that scrape usage; several of them record everything twice. */
  readonly jobs: readonly string[]
  readonly kubeState: 'none' | 'v1' | 'v2'
}

/** What the probe found. */
export interface Probed {
  readonly dialect: Dialect
  /** Whether any usage is there at the time of the probe. */
  readonly usage: boolean
  /** Values of the cluster label: more than one are mixed. */
  readonly clusters: readonly string[]
  /** Containers by namespace. */
  readonly namespaces: ReadonlyMap<string, number>
  /** Names of the probes that found something. */
  readonly found: ReadonlySet<string>
}

const modern: ContainerLabels = { namespace: 'namespace', pod: 'pod', container: 'container' }
const beforeV116: ContainerLabels = { namespace: 'namespace', pod: 'pod_name', container: 'container_name' }
const gkeSystem: ContainerLabels = {
  namespace: 'namespace_name',
  pod: 'pod_name',
  container: 'container_name',
}
const exported: ContainerLabels = {
  namespace: 'exported_namespace',
  pod: 'exported_pod',
  container: 'exported_container',
}

const cadvisorCpu = 'container_cpu_usage_seconds_total'
const gkeCpu = 'kubernetes_io:container_cpu_core_usage_time'
const rule = 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum'
const memoryRule = 'node_namespace_pod_container:container_memory_working_set_bytes'

/** Matchers of a container that is one: not the sum over a pod, not its pause container. */
export const realContainer = ({ container }: ContainerLabels): readonly string[] => [
  `${container}!=""`,
  `${container}!="POD"`,
]

/** One query that tells everything the dialect depends on; `spanSeconds` is the length of the window before it. */
export function probeQuery(selection: Selection, spanSeconds: number): string {
  const series = selectorOf({ labels: selection.labels ?? {} })
  const anyCpu = series('', `__name__=~"${cadvisorCpu}|${gkeCpu}|${rule}_irate"`)
  const probes: Readonly<Record<string, string>> = {
    cadvisor: `count by (job) (${series(cadvisorCpu, 'pod!=""', ...realContainer(modern))})`,
    'cadvisor-pod-name': `count by (job) (${series(cadvisorCpu, 'pod_name!=""', ...realContainer(beforeV116))})`,
    'gke-system': `count(${series(gkeCpu, ...realContainer(gkeSystem))})`,
    rate: `count(${series(`${rule}_rate5m`)})`,
    'rate-before': `count(${series(`${rule}_rate5m`)} offset ${Math.max(1, Math.round(spanSeconds))}s)`,
    irate: `count(${series(`${rule}_irate`)})`,
    memory: `count(${series('', '__name__=~"container_memory_working_set_bytes|kubernetes_io:container_memory_used_bytes"')})`,
    scrapes: `max(count_over_time(${series('', `__name__=~"${cadvisorCpu}|${gkeCpu}"`)}[1h]))`,
    clusters: `count by (cluster) (${anyCpu})`,
    namespaces: `count by (namespace,namespace_name) (${anyCpu})`,
    pods: `count(${series('kube_pod_owner')})`,
    exported: `count(${series('kube_pod_owner', 'exported_pod!=""')})`,
    v1: `count(${series('kube_pod_container_resource_requests_cpu_cores')})`,
    restarts: `count(${series('kube_pod_container_status_restarts_total')})`,
  }
  return Object.entries(probes)
    .map(([name, query]) => `label_replace(${query},"probe","${name}","","")`)
    .join(' or ')
}

/** Chooses the dialect from the answer to the probe. Raw counters win over rules that look at two samples only. */
export function chooseDialect(rows: readonly Series[]): Probed {
  const byProbe = new Map<string, Series[]>()
  for (const row of rows) {
    const name = row.labels['probe'] ?? ''
    byProbe.set(name, [...(byProbe.get(name) ?? []), row])
  }
  const has = (name: string): boolean => byProbe.has(name)
  const count = (name: string): number => sampleOf(byProbe.get(name)?.[0])
  const name = usageName(has)
  const labels = {
    cadvisor: modern,
    'cadvisor-pod-name': beforeV116,
    'gke-system': gkeSystem,
    rules: modern,
  }[name]
  const scrapes = count('scrapes')
  // Rules that cover the whole window, for as many containers as now or at least half: no rate needs to be taken.
  const steady = has('rate') && count('rate-before') * 2 >= count('rate')
  const dialect: Dialect = {
    name,
    usage: labels,
    state: has('exported') ? exported : modern,
    cpu: cpuOf(name, steady, has),
    memory: memoryOf(name),
    scrapeSeconds: scrapes > 1 ? Math.round(3600 / (scrapes - 1)) : 0,
    jobs: (byProbe.get(name) ?? []).flatMap(({ labels: { job } }) => job ?? []).sort(),
    kubeState: has('pods') ? (has('v1') ? 'v1' : 'v2') : 'none',
  }
  return {
    dialect,
    usage: ['cadvisor', 'cadvisor-pod-name', 'gke-system', 'rate', 'irate'].some(has),
    clusters: (byProbe.get('clusters') ?? []).map((row) => row.labels['cluster'] ?? '(no label)').sort(),
    namespaces: namespacesOf(byProbe.get('namespaces') ?? []),
    found: new Set(byProbe.keys()),
  }
}

const sampleOf = (row: Series | undefined): number => {
  const value = row?.values[0] ?? 0
  return Number.isFinite(value) ? value : 0
}

function usageName(has: (name: string) => boolean): Dialect['name'] {
  if (has('cadvisor')) return 'cadvisor'
  if (has('cadvisor-pod-name')) return 'cadvisor-pod-name'
  if (has('gke-system')) return 'gke-system'
  return has('rate') || has('irate') ? 'rules' : 'cadvisor'
}

function cpuOf(name: Dialect['name'], steady: boolean, has: (name: string) => boolean): Dialect['cpu'] {
  if (name === 'gke-system') return { metric: gkeCpu, kind: 'counter' }
  if (steady && name === 'cadvisor') return { metric: `${rule}_rate5m`, kind: 'rate' }
  if (name === 'rules') return { metric: `${rule}_${has('rate') ? 'rate5m' : 'irate'}`, kind: 'rate' }
  return { metric: cadvisorCpu, kind: 'counter' }
}

function memoryOf(name: Dialect['name']): Dialect['memory'] {
  if (name === 'gke-system')
    return { metric: 'kubernetes_io:container_memory_used_bytes', matchers: ['memory_type="non-evictable"'] }
  return { metric: name === 'rules' ? memoryRule : 'container_memory_working_set_bytes', matchers: [] }
}

function namespacesOf(rows: readonly Series[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const row of rows) {
    const name = row.labels['namespace'] ?? row.labels['namespace_name'] ?? ''
    if (name !== '') found.set(name, (found.get(name) ?? 0) + sampleOf(row))
  }
  return found
}

/** The dialect on one line. */
export function printDialect({ name, cpu, memory, scrapeSeconds, jobs, kubeState }: Dialect): string {
  const parts = [
    name,
    `CPU from ${cpu.metric}`,
    `memory from ${memory.metric}`,
    ...(jobs.length === 0 ? [] : [`job ${jobs.join(' and ')}`]),
    `a scrape every ${scrapeSeconds} s`,
    kubeState === 'none' ? 'no kube-state-metrics' : `kube-state-metrics ${kubeState}`,
  ]
  return parts.join(', ')
}

/** The labels of a series under the names of today. */
export function containerOf(
  { labels }: Series,
  names: ContainerLabels,
): { readonly namespace?: string; readonly pod?: string; readonly container?: string } {
  const { [names.namespace]: namespace, [names.pod]: pod, [names.container]: container } = labels
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(pod === undefined ? {} : { pod }),
    ...(container === undefined ? {} : { container }),
  }
}
