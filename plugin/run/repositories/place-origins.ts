import type { LiveOrigin } from '../../observe/kubernetes/live-origins.ts'
import type { Skip } from './skipped-origins.ts'

/** An origin with the clusters that it is rolled out to, as named in settings. */
export interface PlacedOrigin extends LiveOrigin {
  readonly clusters: readonly string[]
}

/** Origins by whether they are rolled out to clusters in the settings. */
export interface PlacedOrigins {
  readonly placed: readonly PlacedOrigin[]
  readonly skipped: readonly Skip[]
  /** The clusters to which Argo CD or Flux roll out as objects say: what they do not name is not deployed there. */
  readonly known: readonly string[]
}

/**
 * Finds the clusters of each origin. What Flux rolls out with a `kubeConfig` may be in every cluster that was read and has
 * no such object of its own. An Application for a cluster that no settings lead to is skipped.
 */
export function placeOrigins(origins: readonly LiveOrigin[], read: readonly string[]): PlacedOrigins {
  const known = read.filter((name) => origins.some(({ cluster }) => cluster === name))
  const spokes = read.filter((name) => !origins.some(({ at, cluster }) => at === name || cluster === name))
  const claimed = new Set(origins.flatMap((one) => (one.cluster === undefined ? [] : [keyOf(one)])))
  const placed: PlacedOrigin[] = []
  const skipped: Skip[] = []
  for (const origin of origins) {
    const { cluster, by } = origin
    const isArgo = by.startsWith('Application ')
    const clusters = cluster === undefined ? (isArgo ? [] : spokes) : [cluster]
    if (clusters.length > 0) placed.push({ ...origin, clusters })
    else if (!claimed.has(keyOf(origin))) skipped.push({ origin, reason: elsewhere(origin, isArgo) })
  }
  return { placed, skipped, known }
}

const keyOf = ({ at, by }: LiveOrigin): string => `${at} ${by}`

const elsewhere = ({ at }: LiveOrigin, isArgo: boolean): string =>
  isArgo
    ? `it is rolled out to a cluster that the operator settings do not lead to; give that cluster kubernetes: { applications: { cluster: ${at} } }`
    : 'it is rolled out with a kubeConfig to a cluster that the operator settings do not have; add that cluster'
