import type { Prometheus } from './client.ts'
import { type Dialect, usageMatchers } from './dialect.ts'
import { together } from './one-query.ts'
import type { Series } from './response-reader.ts'
import { type Selection, type SeriesOf, selectorOf } from './selector.ts'

/** Several clusters in one Prometheus that no label of the settings separates. */
export interface MixedClusters {
  /** The label that names the cluster of a series. */
  readonly label: string
  /** Its values; `(no label)` for series without it. */
  readonly values: readonly string[]
  /** The value of the cluster of the settings; left out when it is not known. */
  readonly own?: string
}

/** Labels that name the cluster of a series; the probe counts their values. */
export const clusterLabels = [
  'cluster',
  'cluster_name',
  'k8s_cluster',
  'k8s_cluster_name',
  'kubernetes_cluster',
  'clusterName',
] as const
/** The value of series without the label. */
export const withoutLabel = '(no label)'

/** Names that mean a cluster whatever kube-state-metrics records. */
const meansCluster = /^(?:[a-z0-9]+_?)?cluster_?(?:name|id)?$/i
/** Labels of containers, of targets, of nodes and of replicas of Prometheus: two values are no two clusters. */
const neverCluster =
  /^(?:__|exported_|node|instance|host|prometheus|receive|thanos|topology_|failure_domain|beta_|alpha_|kubernetes_io_|helm_|app_)|replica|shard|_k8s_io_/
const ofSeries = new Set(
  'probe namespace namespace_name pod pod_name container container_name name id image cpu job endpoint service metrics_path monitored_resource uid'.split(
    ' ',
  ),
)
/** More labels than these are of no use: a series has no more that name its origin. */
const mostCandidates = 12

/** What the probe found. */
interface ProbedSeries {
  readonly dialect: Dialect
  readonly clusters: readonly Series[]
  readonly sample: readonly Series[]
}

/** What the search for mixed clusters needs. */
export interface ClusterSearch {
  readonly client: Prometheus
  readonly selection: Selection
  /** Time of the queries, in seconds since 1970. */
  readonly time: number
  /** Name of the cluster in the settings. */
  readonly cluster: string
  /** Names of pods that run in this cluster, when they are known. */
  readonly pods: readonly string[]
  /** The label that names clusters, or `none`; it is detected when left out. */
  readonly label?: string | undefined
}

/** Finds out whether the selected series belong to several clusters; `undefined` when they belong to one. */
export async function findMixedClusters(
  { dialect, clusters, sample }: ProbedSeries,
  search: ClusterSearch,
): Promise<MixedClusters | undefined> {
  if (search.label === 'none') return undefined
  const known = search.label === undefined ? severalValues(clusters, clusterLabels) : undefined
  const candidates = search.label === undefined ? candidatesOf(sample) : [search.label]
  const found = known ?? (candidates.length === 0 ? undefined : await verify(candidates, dialect, search))
  if (found === undefined) return undefined
  const own = valueByName(found.values, search.cluster) ?? (await valueOfPods(found.label, dialect, search))
  return { ...found, ...(own === undefined ? {} : { own }) }
}

type Values = Pick<MixedClusters, 'label' | 'values'>

/** The first label with several values. */
function severalValues(rows: readonly Series[], labels: readonly string[]): Values | undefined {
  const found = labels.map((label) => ({
    label,
    values: [...new Set(rows.map((row) => row.labels[label] || withoutLabel))].sort(),
  }))
  return found.find(({ values }) => values.length > 1)
}

function candidatesOf(sample: readonly Series[]): readonly string[] {
  const names = new Set(sample.flatMap(({ labels }) => Object.keys(labels)))
  const counted: readonly string[] = clusterLabels
  return [...names]
    .filter((name) => !ofSeries.has(name) && !neverCluster.test(name) && !counted.includes(name))
    .sort((one, other) => Number(meansCluster.test(other)) - Number(meansCluster.test(one)))
    .slice(0, mostCandidates)
}

/** Queries of the values of candidates, in usage and in the owners of pods, and of the pods that have several values. */
function candidateQuery(candidates: readonly string[], dialect: Dialect, selection: Selection): string {
  const { namespace, pod } = dialect.state
  const usage = usageOf(dialect, selectorOf(selection, dialect.usage))
  const owners = selectorOf(selection, dialect.state)('kube_pod_owner')
  const parts = candidates.flatMap((label): readonly (readonly [string, string])[] => [
    [`usage ${label}`, `count by (${label}) (${usage})`],
    [`owners ${label}`, `count by (${label}) (${owners})`],
    [
      `shared ${label}`,
      `count(count by (${namespace},${pod}) (count by (${label},${namespace},${pod}) (${owners})) > 1)`,
    ],
  ])
  const pods = `count(count by (${namespace},${pod}) (${owners}))`
  return together({ ...Object.fromEntries(parts), pods }, 'probe')
}

const usageOf = (dialect: Dialect, series: SeriesOf): string =>
  series(dialect.cpu.metric, ...usageMatchers(dialect))

/**
 * The first candidate that separates clusters: it has several values in usage and in the owners of pods, and each pod has
 * one of them. Replicas of one Prometheus record the same pods. Without owners only its name can say so.
 */
async function verify(
  candidates: readonly string[],
  dialect: Dialect,
  { client, selection, time }: ClusterSearch,
): Promise<Values | undefined> {
  const rows = await client.instant(candidateQuery(candidates, dialect, selection), time)
  const of = (probe: string): readonly Series[] => rows.filter(({ labels }) => labels['probe'] === probe)
  const count = (probe: string): number => of(probe)[0]?.values[0] ?? 0
  for (const label of candidates) {
    const usage = severalValues(of(`usage ${label}`), [label])
    if (usage === undefined) continue
    if (meansCluster.test(label)) return usage
    const owners = severalValues(of(`owners ${label}`), [label])
    const common = owners?.values.filter((value) => usage.values.includes(value)) ?? []
    if (common.length > 1 && count(`shared ${label}`) * 2 < count('pods')) return usage
  }
  return undefined
}

/** The value that is the name of the cluster, or the only one that contains it. */
export function valueByName(values: readonly string[], cluster: string): string | undefined {
  const name = cluster.toLowerCase()
  const exact = values.find((value) => value.toLowerCase() === name)
  const containing = values.filter((value) => value.toLowerCase().includes(name))
  return exact ?? (containing.length === 1 ? containing[0] : undefined)
}

const mostPods = 20

/** The value that most of the pods have that run in the cluster. */
async function valueOfPods(
  label: string,
  dialect: Dialect,
  { client, selection, time, pods }: ClusterSearch,
): Promise<string | undefined> {
  if (pods.length === 0) return undefined
  const names = pods.slice(0, mostPods).map((name) => name.replace(/[^\w-]/g, '.'))
  const series = selectorOf(selection, dialect.usage)
  const matchers = [...usageMatchers(dialect), `${dialect.usage.pod}=~"${names.join('|')}"`]
  const rows = await client.instant(`count by (${label}) (${series(dialect.cpu.metric, ...matchers)})`, time)
  const [first, second] = [...rows].sort((one, other) => (other.values[0] ?? 0) - (one.values[0] ?? 0))
  const isClear = (first?.values[0] ?? 0) > (second?.values[0] ?? 0)
  return isClear ? first?.labels[label] : undefined
}

/** The settings that select one of the clusters, as a line of YAML. */
export function clusterSetting(
  { label, values, own }: MixedClusters,
  cluster: string,
  labels: Readonly<Record<string, string>> = {},
): string {
  const line = (value: string): string => {
    const all = Object.entries({ ...labels, [label]: value }).map(([name, text]) => `${name}: ${text}`)
    return `clusters: [{ name: ${cluster}, prometheus: { labels: { ${all.join(', ')} } } }]`
  }
  if (own !== undefined) return line(own)
  const choices = values.filter((value) => value !== withoutLabel)
  return choices.map(line).join(' or ')
}
