import type { Observation } from '../../model/observation.ts'
import { stageOf } from '../../model/stages.ts'
import { type AssignedSources, assignClusters } from '../survey/clusters.ts'
import { namespaceByUsage, presenceOf } from '../survey/live.ts'
import type { SettingsSource } from '../survey/settings-text.ts'
import type { SurveyedSource } from '../survey/survey.ts'

/** What is known of the clusters that a repository is rolled out to. */
export interface KnownClusters {
  /** Their names in the settings of the operator. */
  readonly names: readonly string[]
  readonly observations: readonly Observation[]
}

/**
 * Gives each source its cluster among those that the operator knows: by the stage that paths and the name of the cluster
 * have in common; otherwise every cluster in which workloads of the source have usage. Without either, clusters are named as
 * by `assignClusters`.
 */
export function placeSources(
  found: readonly SurveyedSource[],
  { names, observations }: KnownClusters,
): AssignedSources {
  const byStage = placeByStage(found, names)
  const isKnown = byStage.clusters.every(({ name }) => names.includes(name))
  const placed = isKnown ? byStage : (placeByUsage(found, { names, observations }) ?? byStage)
  const ofCluster = ({ cluster }: SettingsSource) => {
    const name = cluster ?? placed.clusters[0]?.name
    return observations.filter((one) => one.cluster === name)
  }
  return { ...placed, sources: placed.sources.map((one) => namespaceByUsage(one, ofCluster(one))) }
}

function placeByStage(found: readonly SurveyedSource[], names: readonly string[]): AssignedSources {
  const [only, ...more] = names
  const single = only !== undefined && more.length === 0
  const assigned = assignClusters(found, { names, ...(single && { cluster: stageOf([only]) ?? only }) })
  const rename = (name: string): string => {
    const named = names.filter((one) => one === name || stageOf([one]) === name)
    return named.length === 1 ? (named[0] ?? name) : name
  }
  return {
    ...assigned,
    clusters: assigned.clusters.map((one) => ({ ...one, name: rename(one.name) })),
    sources: assigned.sources.map((one) =>
      one.cluster === undefined ? one : { ...one, cluster: rename(one.cluster) },
    ),
  }
}

function placeByUsage(
  found: readonly SurveyedSource[],
  { names, observations }: KnownClusters,
): AssignedSources | undefined {
  const placed = names.flatMap((name) => {
    const workloads = observations.filter(({ cluster }) => cluster === name)
    const here = found.filter(
      (source) =>
        presenceOf(source, { workloads: workloads.map(({ workload }) => ({ workload })) }).running > 0,
    )
    return here.length === 0 ? [] : [{ name, ...assignClusters(here, { cluster: name }) }]
  })
  if (placed.length === 0) return undefined
  const isOne = placed.length === 1
  const sources = placed.flatMap(({ name, sources: all }) =>
    all.map((one) => (isOne ? one : { ...one, cluster: name })),
  )
  const idle = found.filter(({ settings }) => !sources.some((one) => one.settings.path === settings.path))
  return {
    sources,
    clusters: placed.map(({ name }) => ({ name })),
    skipped: idle.map(({ settings: { path } }) => ({
      path,
      reason: `none of its workloads has usage in ${names.join(' or ')}`,
    })),
  }
}
