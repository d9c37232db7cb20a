import type { Observation } from '../../model/observation.ts'
import { largestSizes, type NodeSize, noSurroundings } from '../../model/surroundings.ts'
import type { Prometheus } from './client.ts'
import type { Dialect } from './dialect.ts'
import { type Selection, selectorOf } from './selector.ts'

/** The largest nodes of a cluster by kube-state-metrics, at a time in seconds since 1970; empty when it does not name them. */
export async function readNodeSizes(
  {
    client,
    selection: { labels = {} },
    dialect,
  }: {
    readonly client: Prometheus
    readonly selection: Selection
    readonly dialect: Dialect
  },
  time: number,
): Promise<readonly NodeSize[]> {
  if (dialect.kubeState === 'none') return []
  const series = selectorOf({ labels })
  const old = (resource: string, unit: string): string =>
    `label_replace(max by (node) (${series(`kube_node_status_allocatable_${resource}_${unit}`)}),"resource","${resource}","","")`
  const query =
    dialect.kubeState === 'v1'
      ? `${old('cpu', 'cores')} or ${old('memory', 'bytes')}`
      : `max by (node,resource) (${series('kube_node_status_allocatable', 'resource=~"cpu|memory"')})`
  const sizes = new Map<string, { cpu: number; memory: number }>()
  for (const {
    labels: { node = '', resource },
    values,
  } of await client.instant(query, time)) {
    const own = sizes.get(node) ?? { cpu: 0, memory: 0 }
    sizes.set(node, own)
    const [value = 0] = values
    if (resource === 'cpu' && value > 0 && value < 1e6) own.cpu = value * 1000
    if (resource === 'memory' && value > 0 && value < 2 ** 60) own.memory = value
  }
  const whole = [...sizes].filter(([, { cpu, memory }]) => cpu > 0 && memory > 0)
  return largestSizes(whole.map(([node, size]) => ({ said: `Node/${node} of kube-state-metrics`, ...size })))
}

/** Observations with the largest nodes of their cluster, where some are known. */
export const withNodeSizes = (
  observations: readonly Observation[],
  nodes: readonly NodeSize[],
): readonly Observation[] =>
  nodes.length === 0
    ? observations
    : observations.map((one) => ({
        ...one,
        surroundings: { ...(one.surroundings ?? noSurroundings), nodes },
      }))
