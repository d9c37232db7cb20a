import { type ClusterSettings, type Settings, settingsSchema } from '../../../config/schema.ts'
import type { Observation } from '../../model/observation.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { labelOfCluster, type RecordedClusters } from '../../observe/prometheus/recorded-clusters.ts'
import type { Host } from '../host.ts'
import { observeUsage } from '../observe/prometheus.ts'
import { recordedClusters } from '../observe/recorded-clusters.ts'
import type { AssignedSources } from './clusters.ts'
import { namespaceByUsage } from './live.ts'
import type { SettingsCluster } from './settings-text.ts'

/** A Prometheus that settings are written for, and the clusters that it holds where it holds several. */
export interface AskedServer {
  readonly url: string
  readonly recorded: RecordedClusters | undefined
}

/** Asks a server which clusters it holds. One that does not answer causes a warning, and is not asked again. */
export async function askServer(host: Host, url: string): Promise<AskedServer | undefined> {
  const recorded = await orWarn(host, () => recordedClusters({ progress: () => undefined }, url, host.now()))
  return recorded === 'failed' ? undefined : { url, recorded }
}

/**
 * Sources and clusters with what the usage of a day says: the labels that select each cluster in a Prometheus that holds
 * several, and the namespaces that nothing in the files says.
 */
export async function withUsage(
  host: Host,
  assigned: AssignedSources,
  { server: { url, recorded }, operated }: { readonly server: AskedServer; readonly operated: Settings },
): Promise<AssignedSources> {
  const quiet = { ...host, progress: () => undefined }
  const found = await orWarn(host, async () => {
    const clusters = assigned.clusters.map((one): SettingsCluster => {
      const labels = recorded && labelOfCluster(recorded, one.name)
      if (recorded === undefined) return assigned.clusters.length > 1 ? { ...one, isOfOne: true } : one
      return { ...one, selection: { ...recorded, ...(labels && { labels }) } }
    })
    const used = await Promise.all(
      clusters.map((one) => (isUnclear(one) ? [] : usageOf(quiet, clusterSettings(one, url), operated))),
    )
    return withNamespaces({ ...assigned, clusters }, used.flat())
  })
  return found === 'failed' ? assigned : found
}

async function orWarn<T>(host: Host, ask: () => Promise<T>): Promise<T | 'failed'> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const reason = error.problems[0]?.message ?? error.message
    host.progress({ kind: 'warning', message: `${reason}; only the repository is used` })
    return 'failed'
  }
}

/** Sources with the namespaces in which their workloads have usage. */
export function withNamespaces(
  { sources, clusters, ...more }: AssignedSources,
  observations: readonly Observation[],
): AssignedSources {
  const [only] = clusters
  const placed = sources.map((one) => {
    const cluster = one.cluster ?? only?.name
    return namespaceByUsage(
      one,
      observations.filter((usage) => usage.cluster === cluster),
    )
  })
  return { ...more, clusters, sources: placed }
}

const isUnclear = ({ selection }: SettingsCluster): boolean =>
  selection !== undefined && selection.labels === undefined

function clusterSettings({ name, selection }: SettingsCluster, url: string): readonly ClusterSettings[] {
  const labels = selection?.labels ?? {}
  return settingsSchema.parse({ clusters: [{ name, prometheus: { url, labels } }] }).clusters
}

async function usageOf(
  host: Host,
  [cluster]: readonly ClusterSettings[],
  settings: Settings,
): Promise<readonly Observation[]> {
  if (cluster === undefined) return []
  const to = host.now()
  const window = { from: new Date(to.getTime() - 86_400_000), to }
  const read = await observeUsage(host, { settings, cluster, flags: {} }, { window, live: undefined })
  return read?.observations ?? []
}
