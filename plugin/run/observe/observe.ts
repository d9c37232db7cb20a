import { checkSources } from '../../../config/cluster-rules.ts'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { ExpectedStop, printProblem, stop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import type { RunPorts } from '../host.ts'
import { requireClusters } from '../require-settings.ts'
import { localFiles } from '../stored-files.ts'
import { observeCluster } from './cluster.ts'
import { alikeHint, alikeText, clustersAlike } from './clusters-alike.ts'
import { clustersToRead } from './clusters-to-read.ts'
import { measureIn, requireSignals } from './measure.ts'
import { recordedFor } from './recorded-usage.ts'
import type { ObservedUsage, ObserveFlags } from './request.ts'
import { readSnapshots } from './snapshots.ts'

type ObserveSettings = Pick<
  Settings,
  'clusters' | 'sources' | 'history' | 'kubernetes' | 'repository' | 'denied' | 'storage' | 'health'
>

/** Reads usage as settings and flags say. */
export type ObserveUsage = (
  ports: RunPorts,
  settings: ObserveSettings,
  flags: ObserveFlags,
) => Promise<ObservedUsage>

/** Reads the usage of one cluster. */
type ObserveCluster = typeof observeCluster

/**
 * Observes all workloads: from recorded files if `--snapshot` names some, or else from every cluster in settings. Throws
 * `settings.invalid` for a query of a signal that cannot be used,
 * `settings.operator` when that needs settings that the repository may not give, `settings.missing` when there is nothing to read, and the first cluster's error when no cluster can be read.
 */
export const observe: ObserveUsage = (ports, settings, flags) =>
  observeBy(observeCluster, ports, { settings, flags })

/** A reader that reads no cluster and no recorded file twice: one that several settings give alike is read for the first of them. */
export function shareObservations(): ObserveUsage {
  const known = new Map<string, Promise<ObservedUsage>>()
  const recorded = new Map<string, ObservedUsage>()
  const once: ObserveCluster = (ports, request) => {
    const { cluster, settings, flags } = request
    const key = JSON.stringify([cluster, settings.history, settings.kubernetes, flags])
    const found = known.get(key) ?? observeCluster(ports, request)
    known.set(key, found)
    return found
  }
  return async (ports, settings, flags) => {
    const { snapshot = [] } = flags
    await requireSignals(settings)
    if (snapshot.length === 0) return observeBy(once, ports, { settings, flags })
    const key = JSON.stringify(snapshot)
    const found = recorded.get(key) ?? (await readStored(ports, settings, snapshot))
    recorded.set(key, found)
    return recordedFor(found, settings, ports.progress)
  }
}

/** Reads recorded files, those in the object storage too. */
const readStored = async (
  ports: RunPorts,
  { storage }: Pick<ObserveSettings, 'storage'>,
  snapshot: readonly string[],
): Promise<ObservedUsage> => readSnapshots(ports, await localFiles(ports, storage, snapshot))

async function observeBy(
  observeOne: ObserveCluster,
  ports: RunPorts,
  { settings, flags }: { readonly settings: ObserveSettings; readonly flags: ObserveFlags },
): Promise<ObservedUsage> {
  const { snapshot = [] } = flags
  await requireSignals(settings)
  if (snapshot.length > 0)
    return recordedFor(await readStored(ports, settings, snapshot), settings, ports.progress)
  requireClusters(settings, flags)
  const clusters = clustersToRead(settings, flags)
  const unclear = checkSources({ ...settings, clusters })
  if (unclear.length > 0) throw new ExpectedStop(unclear)
  if (clusters.length === 0) {
    throw stop('settings.missing', 'neither settings nor flags say where usage is recorded', {
      hint: 'Name a Prometheus server under clusters in the operator settings or with --prometheus URL, or a recorded file with --snapshot FILE.',
    })
  }
  for (const names of clustersAlike(clusters))
    ports.progress({ kind: 'warning', message: `${alikeText(names)}. ${alikeHint}` })
  const to = flags.until === undefined ? ports.now() : timeFrom(flags.until)
  const measure = measureIn(ports, { ...settings, clusters }, to)
  const observed = await Promise.allSettled(
    clusters.map((cluster) => observeOne(ports, { settings, cluster, to, flags })),
  )
  const merged = mergeClusters(clusters, observed, ports.progress)
  return { ...merged, measure }
}

/** Merges what the clusters returned. A cluster that failed is skipped with a warning, unless all of them failed. */
function mergeClusters(
  clusters: readonly ClusterSettings[],
  observed: readonly PromiseSettledResult<ObservedUsage>[],
  progress: Progress,
): ObservedUsage {
  const found: ObservedUsage[] = []
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
    progress({ kind: 'warning', message: `skipped cluster ${clusters[index]?.name}: ${reasons}` })
  }
  if (failures.length === observed.length) throw failures[0]
  return {
    observations: found.flatMap(({ observations }) => observations),
    readings: found.flatMap(({ readings }) => readings),
    declarations: found.flatMap(({ declarations = [] }) => declarations),
  }
}

/** The time that `--until` names. Throws `usage` for a text that is no time. */
export function timeFrom(text: string): Date {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw stop('usage', `--until ${text} is not a time`, { hint: 'Write it as 2026-09-14T00:00:00Z.' })
}
