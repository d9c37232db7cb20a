import type { Source } from '../../model/source.ts'

/** The directories of a cluster, as settings name them. */
export interface ClusterPaths {
  readonly name: string
  readonly paths: readonly string[]
}

/** Sources with the cluster whose directory contains them, or the source that declares them; the longest directory wins. */
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
  const places = [source.path, ...(source.values ?? [])]
  const containing = clusters.flatMap(({ name, paths }) =>
    paths.filter((path) => places.some((place) => isIn(place, path))).map((path) => ({ name, path })),
  )
  const [longest] = containing.sort((a, b) => b.path.length - a.path.length)
  return longest?.name ?? (source.declaredIn && clusterOf(source.declaredIn, clusters))
}

const isIn = (place: string, directory: string): boolean =>
  directory === '.' || place === directory || place.startsWith(`${directory}/`)
