import {
  clusterOfApplication,
  type Destination,
  holdsName,
  isOwnCluster,
  nameOfDestination,
  namesMeaning,
  namesMeantIn,
} from '../../model/destination.ts'
import { stageMeaning, stageOf } from '../../model/stages.ts'
import type { SurveyedSource } from './survey.ts'

/** A source with the clusters that it is deployed to; none where nothing says it. */
export interface NamedSource {
  readonly source: SurveyedSource
  readonly clusters: readonly string[]
}

/**
 * The clusters that each source is deployed to: by known names in its paths, by the destinations of its Applications, by the
 * directory `clusters`, and by a stage in its paths. Argo CD's own cluster is the one known name that nothing else has.
 */
export function namedClusters(
  found: readonly SurveyedSource[],
  names: readonly string[],
): readonly NamedSource[] {
  const all = found.map((source) => ({ source, clusters: clustersOf(source, names) }))
  const named = new Set(all.flatMap(({ clusters }) => clusters))
  const [hub, ...others] = names.filter((name) => !named.has(name))
  if (hub === undefined || others.length > 0) return all
  return all.map(({ source, clusters }) => {
    const isHub = clusters.length > 0 && (source.destinations ?? []).some(isOwnCluster)
    return { source, clusters: isHub ? [...clusters, hub].sort() : clusters }
  })
}

function clustersOf(source: SurveyedSource, names: readonly string[]): readonly string[] {
  const { path, values } = source.settings
  const known = knownName([path, ...values], names)
  if (known !== undefined) return [known]
  const deployed = destinationsIn(source, names)
  if (deployed.length > 0) return deployed
  const [meant, ...others] = namesMeantIn([path, ...values].join('/'), names)
  if (meant !== undefined && others.length === 0) return [meant]
  const written = clusterDirectory(path) ?? source.stage
  return written === undefined ? [] : meantBy([written, source.stage ?? ''].join('-'), names, written)
}

/** The known names that a text means, where all of them are of one stage; otherwise the name as it is written. */
function meantBy(text: string, names: readonly string[], written: string): readonly string[] {
  const meant = namesMeaning(text, names)
  const isOne = new Set(meant.map((name) => stageMeaning(name))).size === 1
  return isOne ? meant.toSorted() : [written]
}

/** The clusters that Applications of a source are deployed to. */
function destinationsIn({ destinations = [] }: SurveyedSource, names: readonly string[]): readonly string[] {
  const known = names.map((name) => ({ name, destinations: [] }))
  const found = destinations.flatMap(
    ({ application = '', ...destination }) =>
      clusterOfApplication({ destination, application }, known) ??
      nameOfDestination(destination) ??
      stageOfServer(destination) ??
      [],
  )
  return [...new Set(found)].sort()
}

const stageOfServer = ({ server }: Destination): string | undefined =>
  server === undefined || !URL.canParse(server) ? undefined : stageOf([new URL(server).hostname])

const withoutEnding = (step: string): string => step.replace(/\.ya?ml$/, '')

/** The name of a known cluster that is a step of a path; else the longest that is a part of one, between separators. */
function knownName(paths: readonly string[], names: readonly string[]): string | undefined {
  const steps = paths.flatMap((path) => path.toLowerCase().split('/').map(withoutEnding))
  const exact = names.filter((name) => steps.includes(name.toLowerCase()))
  const inside = names.filter((name) => steps.some((step) => holdsName(step, name)))
  const [found, ...others] = (exact.length > 0 ? exact : inside).toSorted((a, b) => b.length - a.length)
  const isClear = others.every((one) => found?.includes(one))
  return isClear ? found : undefined
}

/** The step after `clusters`, which Flux and many teams name by the cluster. */
function clusterDirectory(path: string): string | undefined {
  const [, step] = /(?:^|\/)clusters?\/([^/]+)/.exec(path) ?? []
  return step === undefined || /^(base|common|shared|all)$/.test(step) ? undefined : withoutEnding(step)
}
