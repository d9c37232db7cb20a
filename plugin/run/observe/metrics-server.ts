import { resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { directoryStore } from '../../io/day-store.ts'
import { ExpectedStop, printProblem, stop } from '../../model/problem.ts'
import { readPodMetrics } from '../../observe/kubernetes/pod-metrics.ts'
import { type SampleStore, sampleStore } from '../../observe/sample-store.ts'
import type { Host } from '../host.ts'
import { clusterOptions } from './kubernetes.ts'

/** Whose samples, and where they are kept. */
export interface SamplesRequest {
  readonly settings: Settings
  readonly cluster: ClusterSettings
  readonly flags: {
    /** Directory of the samples of every cluster; that of a cluster's settings wins. */
    readonly samples?: string
  }
}

/**
 * Makes one reading of the metrics-server of every cluster whose `usage` names it, and adds it to the samples that are kept. To be
 * called every minute or so, by one process alone. Gives how many containers were counted, by cluster; a cluster that cannot be
 * read is told as a warning and does not stop the others.
 */
export async function gatherSamples(
  host: Host,
  { settings, flags }: Omit<SamplesRequest, 'cluster'>,
): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>()
  for (const cluster of settings.clusters.filter(({ usage }) => usage?.includes('metrics-server'))) {
    try {
      counted.set(cluster.name, await gatherCluster(host, { settings, cluster, flags }))
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      const reasons = error.problems.map(printProblem).join('; ')
      host.progress({ kind: 'warning', message: `cluster ${cluster.name}: no sample was taken: ${reasons}` })
    }
  }
  return counted
}

async function gatherCluster(host: Host, request: SamplesRequest): Promise<number> {
  const { settings, cluster } = request
  const options = clusterOptions(host, settings, cluster)
  if (options === undefined) {
    throw stop('settings.missing', 'settings name no kubernetes for it, so there is no metrics-server', {
      hint: 'Add kubernetes: {} to the cluster in tortoise.yaml.',
    })
  }
  const samples = await openSamples(host, request)
  return samples.add(await readPodMetrics(options, { progress: host.progress }), host.now())
}

/** The samples of a cluster. */
export function openSamples(host: Host, { settings, cluster, flags }: SamplesRequest): Promise<SampleStore> {
  const directory = cluster.samples ?? flags.samples
  if (directory === undefined) {
    throw stop('settings.missing', `nothing says where samples of cluster ${cluster.name} are kept`, {
      hint: 'Name the directory with clusters[].samples.',
    })
  }
  return sampleStore(directoryStore(resolve(host.cwd, directory)), {
    cluster: cluster.name,
    stepSeconds: settings.history.stepSeconds,
    onDamage: (message) => host.progress({ kind: 'warning', message: `cluster ${cluster.name}: ${message}` }),
  })
}
