import type { Source } from '../../model/source.ts'

/** Directories that belong to a cluster, as settings name them. */
export interface ClusterPaths {
  readonly name: string
  readonly paths: readonly string[]
}

/** Gives sources the cluster whose directory holds them, or holds what declares them; the longest directory wins. */
export function withClusters(
  sources: readonly Source[],
  clusters: readonly ClusterPaths[],
): readonly Source[] {
  return sources.map((source) => {
    const cluster = source.cluster ?? clusterOf(source, clusters)
    return cluster === undefined ? source : { ...source, cluster }
  })
}

function clusterOf(source: Source, clusters: readonly ClusterPaths[]): string | undefined {
  const places = [source.path, ...(source.kind === 'helm' ? source.values : [])]
  const fitting = clusters.flatMap(({ name, paths }) =>
    paths.filter((path) => places.some((place) => isIn(place, path))).map((path) => ({ name, path })),
  )
  const [longest] = fitting.sort((a, b) => b.path.length - a.path.length)
  return longest?.name ?? (source.kind === 'release' ? clusterOf(source.holder, clusters) : undefined)
}

const isIn = (place: string, directory: string): boolean =>
  directory === '.' || place === directory || place.startsWith(`${directory}/`)
