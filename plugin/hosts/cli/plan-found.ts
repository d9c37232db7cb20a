import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { settingsSchema } from '../../../config/schema.ts'
import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import { stop } from '../../model/problem.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { Host } from '../../run/host.ts'
import { observe } from '../../run/observe/observe.ts'
import { readSnapshots } from '../../run/observe/snapshots.ts'
import { type SettingsFlags, settingsName } from '../../run/read-settings.ts'
import { planObserved, planOnly, type RunReport, type RunRequest } from '../../run/run.ts'
import { type AssignedSources, assignClusters } from '../../run/survey/clusters.ts'
import { namespaceByUsage } from '../../run/survey/live.ts'
import { nothingFound } from '../../run/survey/nothing-found.ts'
import type { SettingsSource } from '../../run/survey/settings-text.ts'
import { surveyWithCharts } from '../../run/survey/survey-with-charts.ts'

/**
 * Plans on the sources that settings name; without a settings file, on those that are found in the repository, as
 * `tortoise init` would name them. Throws `settings.missing` when none is found, and `usage` when it is unclear what runs in the cluster.
 */
export async function planHere(
  host: Host,
  request: RunRequest,
  { settings: named }: Pick<SettingsFlags, 'settings'>,
): Promise<RunReport> {
  const { checkout, settings, usage } = request
  const isWritten = named !== undefined || existsSync(join(checkout.root, settingsName))
  if (isWritten || settings.sources.length > 0) return planOnly(host, request)
  host.progress({ kind: 'stage', stage: 'discover', detail: checkout.root })
  const survey = await surveyWithCharts(host, { checkout, settings, fetches: false })
  const cluster = clusterOf(host, request)
  const assigned = assignClusters(survey.found, cluster.name === undefined ? {} : { cluster: cluster.name })
  if (assigned.sources.length === 0) throw nothingFound(survey)
  refuseUnclear(assigned, cluster.all)
  refuseRepeated(assigned)
  const clusters =
    settings.clusters.length > 0
      ? settings.clusters
      : settingsSchema.parse({ clusters: assigned.clusters.map(({ name }) => ({ name })) }).clusters
  const observed = await observe(host, { ...settings, clusters, sources: [] }, usage)
  const [only] = assigned.clusters
  const placed = assigned.sources.map((one) =>
    inCluster(one, one.cluster ?? only?.name ?? 'default', observed.observations),
  )
  const { sources } = settingsSchema.parse({ clusters: settings.clusters, sources: placed })
  const message = `There is no tortoise.yaml, so this plans on ${plural(sources.length, 'source')} found here. tortoise init writes them down.`
  host.progress({ kind: 'warning', message })
  return planObserved(host, { ...request, settings: { ...settings, clusters, sources } }, observed)
}

/** The one cluster that the usage is of, with the names of all that it may be of. */
interface UsedCluster {
  readonly name: string | undefined
  readonly all: readonly string[]
}

function clusterOf(host: Host, { settings, usage }: RunRequest): UsedCluster {
  if (usage.cluster !== undefined) return { name: usage.cluster, all: [usage.cluster] }
  const used =
    usage.snapshot === undefined || usage.snapshot.length === 0
      ? settings.clusters.map(({ name }) => name)
      : readSnapshots(host, usage.snapshot).observations.map(({ cluster }) => cluster)
  const all = [...new Set(used)]
  return { name: all.length === 1 ? all[0] : undefined, all }
}

/** Throws `usage` where usage is of several clusters, and the paths of the repository name none of them. */
function refuseUnclear({ clusters }: AssignedSources, used: readonly string[]): void {
  if (used.length <= 1 || clusters.some(({ name }) => used.includes(name))) return
  throw stop('usage', `usage is of ${used.join(', ')}, and nothing says which of them runs what is here`, {
    hint: 'Choose one with --cluster NAME.',
  })
}

/** Throws `usage` where two sources of a cluster deploy the same workload: only one of them can run there. */
function refuseRepeated({ sources }: AssignedSources): void {
  const first = new Map<string, SettingsSource>()
  for (const source of sources)
    for (const workload of source.workloads) {
      const key = `${source.cluster}/${workload.namespace}/${workloadLabel(workload)}`
      const other = first.get(key)
      first.set(key, source)
      if (other === undefined || other === source) continue
      const message = `${other.settings.path} and ${source.settings.path} both deploy ${workloadLabel(workload)}, and nothing says which of them runs in the cluster`
      throw stop('usage', message, {
        hint: 'Choose a stage with --cluster NAME, or run tortoise init and keep in tortoise.yaml what the cluster runs.',
      })
    }
}

/** A source as settings name it, in the namespace in which most of its workloads have usage. */
const inCluster = (source: SettingsSource, cluster: string, observations: readonly Observation[]) => ({
  ...namespaceByUsage(
    source,
    observations.filter((one) => one.cluster === cluster),
  ).settings,
  cluster,
})
