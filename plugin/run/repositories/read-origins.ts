import type { DiscoverSettings } from '../../../config/discover.ts'
import type { Settings } from '../../../config/schema.ts'
import { ExpectedStop, type Problem } from '../../model/problem.ts'
import type { LiveOrigin } from '../../observe/kubernetes/live-origins.ts'
import type { RunPorts } from '../host.ts'
import { clusterOptions } from '../observe/kubernetes.ts'

/** A cluster whose live objects could not be read. */
export interface UnreadCluster {
  readonly cluster: string
  readonly problems: readonly Problem[]
}

/** What live objects of all clusters roll out, and which clusters could not be read. */
export interface LiveOrigins {
  readonly origins: readonly LiveOrigin[]
  /** The names of the clusters that were read. */
  readonly read: readonly string[]
  readonly unread: readonly UnreadCluster[]
}

/** Reads the origins of the clusters that are to be discovered, one cluster after the other. */
export async function originsOf(
  ports: Pick<RunPorts, 'cwd' | 'env' | 'progress'>,
  settings: Pick<Settings, 'clusters' | 'kubernetes'>,
  { clusters: named }: Pick<DiscoverSettings, 'clusters'>,
): Promise<LiveOrigins> {
  const origins: LiveOrigin[] = []
  const read: string[] = []
  const unread: UnreadCluster[] = []
  // The client library takes a second to load.
  const { readOrigins } = await import('../../observe/kubernetes/live-origins.ts')
  for (const cluster of settings.clusters) {
    if (named !== undefined && !named.includes(cluster.name)) continue
    ports.progress({ kind: 'stage', stage: 'discover', detail: cluster.name })
    try {
      const options = clusterOptions(ports, settings, cluster)
      if (options === undefined) continue
      origins.push(...(await readOrigins(options, { progress: ports.progress })))
      read.push(cluster.name)
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      unread.push({ cluster: cluster.name, problems: error.problems })
    }
  }
  return { origins, read, unread }
}
