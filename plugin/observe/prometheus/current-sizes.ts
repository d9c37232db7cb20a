import type { Observation, Requested } from '../../model/observation.ts'
import { largestSizes, type NodeSize, noSurroundings } from '../../model/surroundings.ts'
import { workloadKey } from '../../model/workload.ts'
import type { FindWorkload } from '../owners.ts'
import type { Prometheus } from './client.ts'
import type { Dialect } from './dialect.ts'
import type { Series } from './response-reader.ts'
import { type Selection, selectorOf } from './selector.ts'

/** What kube-state-metrics knows about sizes in a cluster. */
export interface CurrentSizes {
  /** The largest nodes. */
  readonly nodes: readonly NodeSize[]
  /** What the pods of each workload request in all, by `workloadKey`. */
  readonly requested: ReadonlyMap<string, Requested>
}

interface SizesReading {
  readonly client: Prometheus
  readonly selection: Selection
  readonly dialect: Dialect
}

/** Sizes by kube-state-metrics at a time in seconds since 1970, in one query; nothing where it is not scraped. */
export async function readCurrentSizes(
  { client, selection, dialect }: SizesReading,
  { time, find }: { readonly time: number; readonly find: FindWorkload },
): Promise<CurrentSizes> {
  if (dialect.kubeState === 'none') return { nodes: [], requested: new Map() }
  const rows = await client.instant(sizesQuery({ selection, dialect }), time)
  return { nodes: nodesIn(rows), requested: requestsIn(rows, dialect, find) }
}

/** The query for sizes. */
export const sizesQuery = ({ selection, dialect }: Omit<SizesReading, 'client'>): string =>
  `${nodesQuery(selection, dialect)} or ${requestsQuery(selection, dialect)}`

const oldUnits = [
  ['cpu', 'cores'],
  ['memory', 'bytes'],
] as const

/** Version 1 of kube-state-metrics has a metric for each resource. */
function nodesQuery({ labels = {} }: Selection, { kubeState }: Dialect): string {
  const series = selectorOf({ labels })
  const metric = 'kube_node_status_allocatable'
  return kubeState === 'v1'
    ? oldUnits
        .map(
          ([resource, unit]) =>
            `label_replace(max by (node) (${series(`${metric}_${resource}_${unit}`)}),"resource","${resource}","","")`,
        )
        .join(' or ')
    : `max by (node,resource) (${series(metric, 'resource=~"cpu|memory"')})`
}

/** Requests of pods that have not ended; two instances of kube-state-metrics say the same. */
function requestsQuery(selection: Selection, { kubeState, state }: Dialect): string {
  const series = selectorOf(selection, state)
  const { namespace, pod, container } = state
  const metric = 'kube_pod_container_resource_requests'
  const perPod = (some: string): string =>
    `sum by (${namespace},${pod},resource) (max by (${namespace},${pod},${container},resource) (${some}))`
  const all =
    kubeState === 'v1'
      ? oldUnits.map(([resource, unit]) =>
          perPod(`label_replace(${series(`${metric}_${resource}_${unit}`)},"resource","${resource}","","")`),
        )
      : [perPod(series(metric, 'resource=~"cpu|memory"'))]
  const ended = `${series('kube_pod_status_phase', 'phase=~"Succeeded|Failed"')} == 1`
  return `((${all.join(' or ')}) unless on (${namespace},${pod}) (${ended}))`
}

const whole = { cpu: 1e6, memory: 2 ** 60 }

/** A number of cores in millicores, or of bytes; `undefined` for what no machine has. */
function amountIn({ labels: { resource }, values: [value = 0] }: Series): Partial<Requested> | undefined {
  if (!(value > 0)) return undefined
  if (resource === 'cpu' && value < whole.cpu) return { cpu: value * 1000 }
  return resource === 'memory' && value < whole.memory ? { memory: value } : undefined
}

function nodesIn(rows: readonly Series[]): readonly NodeSize[] {
  const sizes = new Map<string, Partial<Requested>>()
  for (const row of rows) {
    const { node } = row.labels
    if (node !== undefined) sizes.set(node, { ...sizes.get(node), ...amountIn(row) })
  }
  return largestSizes(
    [...sizes].flatMap(([node, { cpu, memory }]) =>
      cpu === undefined || memory === undefined
        ? []
        : [{ said: `Node/${node} of kube-state-metrics`, cpu, memory }],
    ),
  )
}

function requestsIn(
  rows: readonly Series[],
  { state }: Dialect,
  find: FindWorkload,
): ReadonlyMap<string, Requested> {
  const requested = new Map<string, Requested>()
  for (const row of rows) {
    const { [state.namespace]: namespace, [state.pod]: pod } = row.labels
    const amount = amountIn(row)
    if (namespace === undefined || pod === undefined || amount === undefined) continue
    const owner = find(namespace, pod)
    if (owner.kind !== 'workload') continue
    const key = workloadKey(owner.workload)
    const { cpu, memory } = requested.get(key) ?? { cpu: 0, memory: 0 }
    requested.set(key, { cpu: cpu + (amount.cpu ?? 0), memory: memory + (amount.memory ?? 0) })
  }
  return requested
}

/** Observations with the largest nodes of their cluster and what their pods request, where that is known. */
export const withCurrentSizes = (
  observations: readonly Observation[],
  { nodes, requested }: CurrentSizes,
): readonly Observation[] =>
  observations.map((one) => {
    const own = requested.get(workloadKey(one.workload))
    return {
      ...one,
      ...(nodes.length === 0 ? {} : { surroundings: { ...(one.surroundings ?? noSurroundings), nodes } }),
      ...(own === undefined ? {} : { requested: own }),
    }
  })
