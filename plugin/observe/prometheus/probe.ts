import type { Prometheus } from './client.ts'
import { type ContainerLabels, type Dialect, realContainer } from './dialect.ts'
import type { Slots } from './queries.ts'
import type { Series } from './response-reader.ts'
import { type Selection, selectorOf } from './selector.ts'

/** The result of the probe. */
export interface ProbeResult {
  readonly dialect: Dialect
  /** True when there is usage at the time of the probe. */
  readonly usage: boolean
  /** Values of the cluster label; several mean that clusters are mixed. */
  readonly clusters: readonly string[]
  /** Number of containers by namespace. */
  readonly namespaces: ReadonlyMap<string, number>
  /** Names of the parts of the probe that returned series. */
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

/** One query that detects everything the dialect depends on; `spanSeconds` is the length of the window. */
function probeQuery(selection: Selection, spanSeconds: number): string {
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

/** Chooses the dialect from the response to the probe. Counters win over recording rules with a rate of two samples. */
export function chooseDialect(rows: readonly Series[]): ProbeResult {
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
  // A rule that covers the whole window, for at least half as many containers as now, replaces the rate.
  const coversWindow = has('rate') && count('rate-before') * 2 >= count('rate')
  const dialect: Dialect = {
    name,
    usage: labels,
    state: has('exported') ? exported : modern,
    cpu: cpuOf(name, coversWindow, has),
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

function cpuOf(name: Dialect['name'], coversWindow: boolean, has: (name: string) => boolean): Dialect['cpu'] {
  if (name === 'gke-system') return { metric: gkeCpu, kind: 'counter' }
  if (coversWindow && name === 'cadvisor') return { metric: `${rule}_rate5m`, kind: 'rate' }
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

/**
 * Probes the dialect at the end of the window and, when there is no usage then, in the middle. It is the first query, so
 * that an unreachable server is detected before others are queued.
 */
export async function runProbe(
  client: Prometheus,
  selection: Selection,
  { first, last }: Slots,
): Promise<ProbeResult> {
  const probeAt = async (time: number): Promise<ProbeResult> =>
    chooseDialect(await client.instant(probeQuery(selection, time - first), time))
  const atEnd = await probeAt(last)
  if (atEnd.usage) return atEnd
  const within = await probeAt(Math.round((first + last) / 2))
  return within.usage ? within : atEnd
}
