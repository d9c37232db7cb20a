import { resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { directoryStore } from '../../io/day-store.ts'
import { ExpectedStop, printProblem, stop } from '../../model/problem.ts'
import { readPodMetrics } from '../../observe/kubernetes/pod-metrics.ts'
import { type SampleStore, sampleStore } from '../../observe/sample-store.ts'
import type { RunPorts } from '../host.ts'
import { requireClusters } from '../require-settings.ts'
import { clusterOptions } from './kubernetes.ts'

/** The cluster whose samples are recorded or read. */
export interface SamplesRequest {
  readonly settings: Pick<Settings, 'clusters' | 'history' | 'kubernetes' | 'repository' | 'denied'>
  readonly cluster: ClusterSettings
  readonly flags: {
    /** Directory of the samples of every cluster. `clusters[].samples` wins over it. */
    readonly samples?: string
  }
}

/**
 * Records one sample from metrics-server for every cluster whose `usage` names it. Call it about every minute, from one
 * process only. Returns the number of sampled containers by cluster. A cluster that cannot be read causes a warning.
 */
export async function recordSamples(
  ports: RunPorts,
  { settings, flags }: Omit<SamplesRequest, 'cluster'>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const cluster of settings.clusters.filter(({ usage }) => usage?.includes('metrics-server'))) {
    try {
      counts.set(cluster.name, await recordSample(ports, { settings, cluster, flags }))
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      const reasons = error.problems.map(printProblem).join('; ')
      ports.progress({
        kind: 'warning',
        message: `cluster ${cluster.name}: no sample was recorded: ${reasons}`,
      })
    }
  }
  return counts
}

async function recordSample(ports: RunPorts, request: SamplesRequest): Promise<number> {
  const { settings, cluster } = request
  requireClusters(settings, { cluster: cluster.name })
  const options = clusterOptions(ports, settings, cluster)
  if (options === undefined) {
    throw stop('settings.missing', 'metrics-server is read from the API server, which settings do not name', {
      hint: `Add kubernetes: {} to cluster ${cluster.name} in tortoise.yaml.`,
    })
  }
  const samples = await openSamples(ports, request)
  return samples.add(await readPodMetrics(options, { progress: ports.progress }), ports.now())
}

/** Opens the recorded samples of a cluster. Throws `settings.missing` when neither settings nor flags name a directory. */
export function openSamples(
  { cwd, progress }: Pick<RunPorts, 'cwd' | 'progress'>,
  { settings, cluster, flags }: SamplesRequest,
): Promise<SampleStore> {
  const directory = cluster.samples ?? flags.samples
  if (directory === undefined) {
    throw stop('settings.missing', `settings name no directory for the samples of cluster ${cluster.name}`, {
      hint: 'Set clusters[].samples to a directory that is kept between runs.',
    })
  }
  return sampleStore(directoryStore(resolve(cwd, directory)), {
    cluster: cluster.name,
    stepSeconds: settings.history.stepSeconds,
    onDamage: (message) => progress({ kind: 'warning', message: `cluster ${cluster.name}: ${message}` }),
  })
}
