import type { Prometheus } from './client.ts'
import { type ContainerLabels, type Dialect, realContainer } from './dialect.ts'
import { clusterLabels } from './mixed-clusters.ts'
import { together } from './one-query.ts'
import type { Slots } from './queries.ts'
import type { Series } from './response-reader.ts'
import { type Selection, selectorOf } from './selector.ts'

/** The result of the probe. */
export interface ProbeResult {
  readonly dialect: Dialect
  /** True when there is usage at the time of the probe. */
  readonly usage: boolean
  /** Number of series by the labels that may name a cluster. */
  readonly clusters: readonly Series[]
  /** Some series of usage with all their labels. */
  readonly sample: readonly Series[]
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
  const before = `offset ${Math.max(1, Math.round(spanSeconds))}s`
  const cores = series(cadvisorCpu, 'pod!=""', 'cpu!~"total|"')
  const keys = Object.values(modern).join(',')
  const probes: Readonly<Record<string, string>> = {
    cadvisor: `count by (job) (${series(cadvisorCpu, 'pod!=""', ...realContainer(modern))})`,
    'cadvisor-pod-name': `count by (job) (${series(cadvisorCpu, 'pod_name!=""', ...realContainer(beforeV116))})`,
    'gke-system': `count(${series(gkeCpu, ...realContainer(gkeSystem))})`,
    rate: `count(${series(`${rule}_rate5m`, 'container!=""')})`,
    'rate-before': `count(${series(`${rule}_rate5m`, 'container!=""')} ${before})`,
    irate: `count(${series(`${rule}_irate`, 'container!=""')})`,
    'whole-pods': `count by (job) (${series(cadvisorCpu, 'pod!=""', 'container=""')})`,
    'rate-of-pods': `count(${series(`${rule}_rate5m`, 'pod!=""', 'container=""')})`,
    'irate-of-pods': `count(${series(`${rule}_irate`, 'pod!=""', 'container=""')})`,
    cores: `count(${cores})`,
    'cores-before': `count(${cores} ${before})`,
    doubled: `count(count by (${keys}) (count by (${keys},job) (${series(cadvisorCpu, 'pod!=""', ...realContainer(modern))})) > 1)`,
    memory: `count(${series('', '__name__=~"container_memory_working_set_bytes|kubernetes_io:container_memory_used_bytes"')})`,
    scrapes: `max(count_over_time(${series('', `__name__=~"${cadvisorCpu}|${gkeCpu}"`)}[1h]))`,
    clusters: [0, 0.5, 1].map((part) => clustersAt(anyCpu, Math.round(spanSeconds * part))).join(' or '),
    sample: `(topk(20, ${anyCpu}) or bottomk(20, ${anyCpu}))`,
    namespaces: `count by (namespace,namespace_name) (${anyCpu})`,
    pods: `count(${series('kube_pod_owner')})`,
    exported: `count(${series('kube_pod_owner', 'exported_pod!=""')})`,
    v1: `count(${series('kube_pod_container_resource_requests_cpu_cores')})`,
    restarts: `count(${series('kube_pod_container_status_restarts_total')})`,
  }
  return together(probes, 'probe')
}

/** Series by cluster some seconds before: a cluster that is silent at the end of the window has usage in it. */
const clustersAt = (anyCpu: string, seconds: number): string => {
  const at = seconds > 0 ? ` offset ${seconds}s` : ''
  return `count by (__name__,${clusterLabels.join(',')}) (${anyCpu}${at})`
}

/** Chooses the dialect from the response to the probe. Counters win over recording rules with a rate of two samples. */
export function chooseDialect(rows: readonly Series[]): ProbeResult {
  const byProbe = new Map<string, Series[]>()
  for (const row of rows) {
    const name = row.labels['probe'] ?? ''
    byProbe.set(name, [...(byProbe.get(name) ?? []), row])
  }
  const of = (name: string): readonly Series[] => byProbe.get(name) ?? []
  const has = (name: string): boolean => byProbe.has(name)
  const count = (name: string): number => sampleOf(byProbe.get(name)?.[0])
  const { name, level } = usageName(has)
  const labels = {
    cadvisor: modern,
    'cadvisor-pod-name': beforeV116,
    'gke-system': gkeSystem,
    rules: modern,
  }[name]
  const scrapes = count('scrapes')
  // A rule that covers the whole window, for at least half as many containers as now, replaces the rate.
  const coversWindow = level === 'container' && has('rate') && count('rate-before') * 2 >= count('rate')
  const cpu = cpuOf(name, coversWindow, has)
  const dialect: Dialect = {
    name,
    usage: labels,
    state: has('exported') ? exported : modern,
    level,
    cpu,
    memory: memoryOf(name),
    scrapeSeconds: scrapes > 1 ? Math.round(3600 / (scrapes - 1)) : 0,
    jobs: of(level === 'pod' ? 'whole-pods' : name)
      .flatMap(({ labels: { job } }) => job ?? [])
      .sort(),
    kubeState: has('pods') ? (has('v1') ? 'v1' : 'v2') : 'none',
  }
  return {
    dialect,
    usage: usageProbes.some(has),
    clusters: of('clusters').filter(({ labels: { __name__: metric = cpu.metric } }) => metric === cpu.metric),
    sample: of('sample'),
    namespaces: namespacesOf(of('namespaces')),
    found: new Set(byProbe.keys()),
  }
}

const containerProbes = ['cadvisor', 'cadvisor-pod-name', 'gke-system', 'rate', 'irate'] as const
const podProbes = ['whole-pods', 'rate-of-pods', 'irate-of-pods'] as const
const usageProbes = [...containerProbes, ...podProbes]

const sampleOf = (row: Series | undefined): number => {
  const value = row?.values[0] ?? 0
  return Number.isFinite(value) ? value : 0
}

/** Where usage comes from: series of containers win over those of whole pods. */
function usageName(has: (name: string) => boolean): Pick<Dialect, 'name' | 'level'> {
  const [own] = containerProbes.filter(has)
  if (own !== undefined)
    return { name: own === 'rate' || own === 'irate' ? 'rules' : own, level: 'container' }
  const [whole] = podProbes.filter(has)
  return {
    name: whole === undefined || whole === 'whole-pods' ? 'cadvisor' : 'rules',
    level: whole === undefined ? 'container' : 'pod',
  }
}

function cpuOf(name: Dialect['name'], coversWindow: boolean, has: (name: string) => boolean): Dialect['cpu'] {
  const kind = has('cores') || has('cores-before') ? 'cores' : 'counter'
  if (name === 'gke-system') return { metric: gkeCpu, kind: 'counter' }
  if (coversWindow && name === 'cadvisor') return { metric: `${rule}_rate5m`, kind: 'rate' }
  if (name === 'rules') {
    const isRate = has('rate') || (has('rate-of-pods') && !has('irate'))
    return { metric: `${rule}_${isRate ? 'rate5m' : 'irate'}`, kind: 'rate' }
  }
  return { metric: cadvisorCpu, kind }
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
