import { prometheusSchema } from '../../../config/clusters.ts'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { ExpectedStop, printProblem, stop } from '../../model/problem.ts'
import type { Host } from '../host.ts'
import { observeCluster } from './cluster.ts'
import type { Gathered, ObserveFlags } from './request.ts'
import { readSnapshots } from './snapshots.ts'

/** Usage from recorded files, or from the sources of usage (and live state) of every cluster in settings. */
export async function gatherObservations(
  host: Host,
  settings: Settings,
  flags: ObserveFlags,
): Promise<Gathered> {
  if (flags.snapshot !== undefined && flags.snapshot.length > 0) return readSnapshots(host, flags.snapshot)
  const clusters = clustersToRead(settings, flags)
  if (clusters.length === 0) {
    throw stop('settings.missing', 'nothing says where usage is recorded', {
      hint: 'Name a Prometheus under clusters in tortoise.yaml or with --prometheus URL, or a recorded file with --snapshot FILE.',
    })
  }
  const to = flags.until === undefined ? host.now() : timeFrom(flags.until)
  const observed = await Promise.allSettled(
    clusters.map((cluster) => observeCluster(host, { settings, cluster, to, flags })),
  )
  return wholeOrWarned(host, clusters, observed)
}

/** One cluster's failure is told and does not stop the others; where none could be read, the run stops. */
function wholeOrWarned(
  host: Host,
  clusters: readonly ClusterSettings[],
  observed: readonly PromiseSettledResult<Gathered>[],
): Gathered {
  const found: Gathered[] = []
  const failures: unknown[] = []
  for (const [index, result] of observed.entries()) {
    if (result.status === 'fulfilled') {
      found.push(result.value)
      continue
    }
    if (!(result.reason instanceof ExpectedStop)) throw result.reason
    failures.push(result.reason)
    if (observed.length === 1) continue
    const reasons = result.reason.problems.map(printProblem).join('; ')
    host.progress({ kind: 'warning', message: `cluster ${clusters[index]?.name} is left out: ${reasons}` })
  }
  if (failures.length === observed.length) throw failures[0]
  return {
    observations: found.flatMap(({ observations }) => observations),
    readings: found.flatMap(({ readings }) => readings),
  }
}

/** The clusters of settings with the Prometheus of the flag laid over them. */
export function clustersToRead(
  { clusters, sources }: Settings,
  { prometheus, cluster: only }: ObserveFlags,
): readonly ClusterSettings[] {
  const named = clusters.filter(({ name }) => only === undefined || name === only)
  if (only !== undefined && clusters.length > 0 && named.length === 0) {
    throw stop('usage', `there is no cluster ${only} in settings`, {
      hint: `Name one of ${clusters.map(({ name }) => name).join(', ')}.`,
    })
  }
  if (prometheus === undefined)
    return named.filter(({ usage, ...one }) => (usage ?? one.prometheus ?? one.kubernetes) !== undefined)
  const ofSources = [...new Set(sources.flatMap(({ cluster }) => cluster ?? []))]
  const targets =
    named.length > 0
      ? named
      : (only === undefined ? ofSources : [only]).map((name): ClusterSettings => ({ name, paths: [] }))
  const [target = { name: only ?? 'default', paths: [] }, ...more] = targets
  if (more.length > 0) {
    throw stop('usage', '--prometheus is the server of one cluster, and settings name several', {
      hint: `Say which with --cluster: ${targets.map(({ name }) => name).join(', ')}.`,
    })
  }
  return [{ ...target, prometheus: prometheusSchema.parse({ ...target.prometheus, url: prometheus }) }]
}

function timeFrom(text: string): Date {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw stop('usage', `--until ${text} is not a time`, { hint: 'Write it as 2026-09-14T00:00:00Z.' })
}
