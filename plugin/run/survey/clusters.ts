import { stop } from '../../model/problem.ts'
import { stageMeaning, stageOf } from '../../model/stages.ts'
import type { Live } from './live.ts'
import { presenceOf, releaseIn } from './live.ts'
import { type NamedSource, namedClusters } from './named-clusters.ts'
import type { SettingsCluster, SettingsSource } from './settings-text.ts'
import type { SkippedSource, SurveyedSource } from './survey.ts'

/** What flags and the cluster say beside the repository. */
export interface ClusterHints {
  /** The one cluster that settings are for. */
  readonly cluster?: string
  /** URL of the Prometheus of every cluster. */
  readonly prometheus?: string
  readonly context?: string
  readonly live?: Live
  /** The names of the clusters whose usage is known. */
  readonly names?: readonly string[]
}

/** Sources and clusters as settings will name them, and what was skipped. */
export interface AssignedSources {
  readonly sources: readonly SettingsSource[]
  readonly clusters: readonly SettingsCluster[]
  readonly skipped: readonly SkippedSource[]
}

/**
 * Gives each source its cluster: the one that was named; otherwise one for each cluster or stage that paths name, if those of more
 * than two thirds of the sources do; otherwise a single one. Throws `usage` when it is unclear which of them `live` is.
 */
export function assignClusters(all: readonly SurveyedSource[], hints: ClusterHints): AssignedSources {
  const found = namedClusters(all, hints.names ?? [])
  const names = clusterNames(found, hints)
  const live = liveCluster(names, hints)
  const clusters = names.map((name) => clusterOf(name, live, hints))
  const pairs = found.flatMap((one) =>
    names.filter((name) => isOn(one, name, { names, found })).map((name) => ({ source: one.source, name })),
  )
  const placed = pairs.map(({ source: found, name }) => {
    const isRead = name === live?.name
    const source = isRead ? releaseIn(found, live.live) : found
    const presence = isRead ? presenceOf(source, live.live) : undefined
    const placement = { name, several: names.length > 1, namespace: presence?.namespace }
    return { running: presence?.running, source: inSettings(source, placement) }
  })
  const anyRuns = placed.some(({ running = 0 }) => running > 0)
  const idle = anyRuns ? placed.filter(({ running }) => running === 0) : []
  const elsewhere = found.filter((one) => !pairs.some(({ source }) => source === one.source))
  return {
    clusters,
    sources: placed.filter((one) => !idle.includes(one)).map(({ source }) => source),
    skipped: [
      ...elsewhere.map(({ source, clusters }) => ({
        path: source.settings.path,
        reason: `it is for ${clusters.join(', ')}`,
      })),
      ...idle.map(({ source: { settings } }) => ({
        path: settings.path,
        reason: 'none of its workloads run in the cluster',
      })),
    ],
  }
}

function clusterNames(
  found: readonly NamedSource[],
  { cluster, live, context }: ClusterHints,
): readonly string[] {
  const stages = [...new Set(found.flatMap(({ clusters }) => clusters))].sort()
  if (cluster !== undefined) return [cluster]
  const staged = found.filter(({ clusters }) => clusters.length > 0).length
  if (staged * 3 > found.length * 2) return stages
  return [live === undefined || context === undefined ? 'default' : nameOfContext(context)]
}

/** The name of a context; of one that is a path, such as the ARN of a cluster, its last part. */
const nameOfContext = (context: string): string => context.split('/').at(-1) || 'default'

interface Placed {
  readonly names: readonly string[]
  readonly found: readonly NamedSource[]
}

/** Whether a source is deployed to a cluster; one that says nothing is deployed to all. */
const isOn = ({ clusters }: NamedSource, name: string, { names, found }: Placed): boolean =>
  clusters.length === 0 ||
  clusters.includes(name) ||
  (names.length === 1 && !isStageOf(name, found) && clusters.every((one) => mayMean(one, name)))

/** Whether a name is that of a stage. Any other name of a single cluster selects no stage. */
const isStageOf = (name: string, found: readonly NamedSource[]): boolean =>
  stageOf([name]) === name || found.some(({ clusters }) => clusters.includes(name))

/** Whether two names of clusters are not of different stages. */
function mayMean(one: string, other: string): boolean {
  const [a, b] = [stageMeaning(one), stageMeaning(other)]
  return a === undefined || b === undefined || a === b
}

interface LiveCluster {
  readonly name: string
  readonly live: Live
}

/** The cluster of the kubeconfig: the only one, or the one whose name is a part of the context's name. */
function liveCluster(
  names: readonly string[],
  { live, context = '' }: ClusterHints,
): LiveCluster | undefined {
  if (live === undefined) return undefined
  const name = names.length === 1 ? names[0] : names.find((one) => context.includes(one))
  if (name !== undefined) return { name, live }
  throw stop('usage', `the cluster of the kubeconfig may be any of ${names.join(', ')}`, {
    hint: 'Choose it with --cluster NAME, or do not read it: --offline.',
  })
}

function clusterOf(
  name: string,
  cluster: LiveCluster | undefined,
  { prometheus: given, context }: ClusterHints,
): SettingsCluster {
  const live = cluster?.name === name ? cluster.live : undefined
  const prometheus = given ?? live?.prometheus
  return {
    name,
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(live === undefined ? {} : { live: true, ...(context === undefined ? {} : { context }) }),
  }
}

interface Placement {
  readonly name: string
  readonly several: boolean
  readonly namespace: string | undefined
}

function inSettings(source: SurveyedSource, { name, several, namespace }: Placement): SettingsSource {
  const nameless = source.workloads.some((workload) => workload.namespace === '')
  return {
    ...source,
    settings: { ...source.settings, ...(nameless && namespace !== undefined ? { namespace } : {}) },
    ...(several ? { cluster: name } : {}),
    namespaceUnknown: nameless && namespace === undefined,
  }
}
