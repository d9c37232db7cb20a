import type { Prometheus } from './client.ts'
import { prometheus } from './client.ts'
import type { HttpPorts, PrometheusServer } from './connection.ts'
import {
  clusterLabels,
  findMixedClusters,
  type MixedClusters,
  valueByName,
  withoutLabel,
} from './mixed-clusters.ts'
import { type ProbeResult, runProbe } from './probe.ts'
import { type Slots, slotsOf } from './queries.ts'

/** The clusters that one server records: the label that names them, and its values, at least one. */
export type RecordedClusters = Pick<MixedClusters, 'label' | 'values'>

/** Finds out which clusters a server records; `undefined` where no label names any. Rejects with `prometheus.*` problems. */
export function readRecordedClusters(
  server: PrometheusServer,
  ports: HttpPorts,
  to: Date,
): Promise<RecordedClusters | undefined> {
  const slots = slotsOf({ from: new Date(to.getTime() - 3_600_000), to }, 300)
  return recordedClustersIn(prometheus(server, ports), slots)
}

/** The same over the slots of a window. */
export async function recordedClustersIn(
  client: Prometheus,
  slots: Slots,
): Promise<RecordedClusters | undefined> {
  const probe = await runProbe(client, {}, slots)
  const search = { client, selection: {}, time: slots.last, cluster: '', pods: [] }
  const found = (await findMixedClusters(probe, search)) ?? onlyCluster(probe)
  return found && { label: found.label, values: found.values.filter((value) => value !== withoutLabel) }
}

function onlyCluster({ clusters }: ProbeResult): RecordedClusters | undefined {
  for (const label of clusterLabels) {
    const value = clusters.map(({ labels }) => labels[label] ?? '').find((one) => one !== '')
    if (value !== undefined) return { label, values: [value] }
  }
  return undefined
}

/** The label that selects a cluster: the value with its name, or the only one that contains its name. */
export function labelOfCluster(
  { label, values }: RecordedClusters,
  cluster: string,
): Readonly<Record<string, string>> | undefined {
  const value = valueByName(values, cluster)
  return value === undefined ? undefined : { [label]: value }
}
