import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { settingsSchema } from '../../../config/schema.ts'
import { plural } from '../../model/plural.ts'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import { labelOfCluster, type RecordedClusters } from '../../observe/prometheus/recorded-clusters.ts'
import { requireCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { observe, timeFrom } from '../../run/observe/observe.ts'
import { recordedClusters } from '../../run/observe/recorded-clusters.ts'
import { readSnapshots } from '../../run/observe/snapshots.ts'
import { type SettingsFlags, settingsName } from '../../run/read-settings.ts'
import { planObserved, planOnly, type RunReport, type RunRequest } from '../../run/run.ts'
import { type AssignedSources, assignClusters } from '../../run/survey/clusters.ts'
import { nothingFound, skippedWarning } from '../../run/survey/nothing-found.ts'
import { type Repeated, repeatedIn, repeatedText, withoutCopies } from '../../run/survey/repeated.ts'
import type { SurveyedSource } from '../../run/survey/survey.ts'
import { surveyWithCharts } from '../../run/survey/survey-with-charts.ts'
import { withNamespaces } from '../../run/survey/with-usage.ts'

/**
 * Plans on the sources that settings name; without a settings file, on those that are found in the repository, as
 * `tortoise init` would name them. Throws `settings.missing` when none is found, and `usage` when it is unclear what runs in the cluster.
 */
export async function planHere(
  host: Host,
  request: RunRequest,
  { settings: named, repo }: Pick<SettingsFlags, 'settings'> & { readonly repo?: string },
): Promise<RunReport> {
  const { checkout, settings } = request
  const isWritten = named !== undefined || existsSync(join(checkout.root, settingsName))
  if (isWritten || settings.sources.length > 0) return planOnly(host, request)
  requireCheckout(host, repo)
  host.progress({ kind: 'stage', stage: 'discover', detail: checkout.root })
  const survey = await surveyWithCharts(host, { checkout, settings, fetches: false })
  const cluster = clusterOf(host, request)
  const recorded = await recordedBy(host, request)
  const assigned = assignClusters(survey.found, {
    ...(cluster.name === undefined ? {} : { cluster: cluster.name }),
    names: recorded?.values ?? cluster.all,
  })
  if (assigned.sources.length === 0)
    throw survey.found.length === 0 ? nothingFound(survey) : nothingFor(cluster.name, survey.found)
  refuseUnclear(assigned, cluster.all)
  refuseOtherStages(assigned)
  const { clusters, usage } = clustersFor(request, assigned.clusters, recorded)
  const observed = await observe(host, { ...settings, clusters, sources: [] }, usage)
  const placed = withoutCopies(withNamespaces(assigned, observed.observations))
  warnOfRepeated(host, placed)
  const { sources } = settingsSchema.parse({ clusters: settings.clusters, sources: inClusters(placed) })
  const message = `There is no tortoise.yaml, so this plans on ${plural(sources.length, 'source')} found here. tortoise init writes them down.`
  host.progress({ kind: 'warning', message })
  const skipped = skippedWarning(survey.skipped)
  if (skipped !== undefined) host.progress({ kind: 'warning', message: skipped })
  return planObserved(host, { ...request, settings: { ...settings, clusters, sources } }, observed)
}

/** The clusters that the Prometheus of `--prometheus` holds, where it holds several and settings name none. */
async function recordedBy(
  host: Host,
  { settings, usage: { prometheus, snapshot = [], until } }: RunRequest,
): Promise<RecordedClusters | undefined> {
  if (prometheus === undefined || snapshot.length > 0 || settings.clusters.length > 0) return undefined
  return recordedClusters(host, prometheus, until === undefined ? host.now() : timeFrom(until))
}

/**
 * The clusters whose usage is read. A Prometheus that holds several is read for each that the paths, or `--cluster`, name.
 * Throws `usage` where they name none of them.
 */
function clustersFor(
  { settings, usage }: RunRequest,
  assigned: AssignedSources['clusters'],
  recorded: RecordedClusters | undefined,
): Pick<RunRequest, 'usage'> & Pick<RunRequest['settings'], 'clusters'> {
  const isRecorded = (usage.snapshot?.length ?? 0) > 0
  if (settings.clusters.length > 0 && !isRecorded) return { clusters: settings.clusters, usage }
  const parsed = (clusters: readonly object[]) => settingsSchema.parse({ clusters }).clusters
  const known = new Set(settings.clusters.map(({ name }) => name))
  const others = assigned.filter(({ name }) => !known.has(name))
  const named = [...settings.clusters, ...parsed(others.map(({ name }) => ({ name })))]
  const { prometheus: url, cluster: _, ...rest } = usage
  if (url === undefined || recorded === undefined) return { clusters: named, usage }
  const found = assigned.flatMap(({ name }) => {
    const labels = labelOfCluster(recorded, name)
    return labels === undefined ? [] : [{ name, prometheus: { url, labels } }]
  })
  if (found.length > 0) return { clusters: parsed(found), usage: rest }
  const { label, values } = recorded
  throw stop(
    'usage',
    `Prometheus holds several clusters (${label} is ${values.join(', ')}), and nothing says which of them runs what is here`,
    { hint: `Choose one with --cluster NAME: ${values.join(', ')}.` },
  )
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

const nothingFor = (cluster: string | undefined, found: readonly SurveyedSource[]): ExpectedStop => {
  const stages = [...new Set(found.flatMap(({ stage }) => stage ?? []))].sort()
  return stop(
    'usage',
    `No source here is for cluster ${cluster}: what was found is for ${stages.join(', ')}`,
    {
      hint: 'Choose one of these with --cluster NAME, or write a tortoise.yaml that names the cluster of each source: tortoise init.',
    },
  )
}

/** Throws `usage` where usage is of several clusters, and the paths of the repository name none of them. */
function refuseUnclear({ clusters }: AssignedSources, used: readonly string[]): void {
  if (used.length <= 1 || clusters.some(({ name }) => used.includes(name))) return
  throw stop('usage', `usage is of ${used.join(', ')}, and nothing says which of them runs what is here`, {
    hint: 'Choose one with --cluster NAME.',
  })
}

const unclearText = (repeated: Repeated): string =>
  `${repeatedText(repeated)}, and nothing says which of them runs in the cluster`

/** Throws `usage` where sources of different stages deploy the same workload to a cluster. */
function refuseOtherStages({ sources }: AssignedSources): void {
  for (const repeated of repeatedIn(sources)) {
    const [one, other] = repeated.sources
    if (one.stage !== undefined && other.stage !== undefined && one.stage !== other.stage)
      throw stop('usage', unclearText(repeated), {
        hint: 'Choose a stage with --cluster NAME, or run tortoise init and keep in tortoise.yaml what the cluster runs.',
      })
  }
}

/** Warns of sources of a cluster that deploy the same workload: only one of them can run there. */
function warnOfRepeated(host: Host, { sources }: AssignedSources): void {
  for (const repeated of repeatedIn(sources))
    host.progress({ kind: 'warning', message: `${unclearText(repeated)}; this plans for both` })
}

/** Sources as settings name them, each with its cluster. */
function inClusters({ sources, clusters: [only] }: AssignedSources) {
  return sources.map(({ settings, cluster = only?.name ?? 'default' }) => ({ ...settings, cluster }))
}
