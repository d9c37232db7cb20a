import type { ClusterSettings } from '../../../config/schema.ts'
import { groupBy } from '../../model/group.ts'

/** The names of clusters that have the same Prometheus, selected by the same labels, so that each has the usage of all. */
export function clustersAlike(clusters: readonly ClusterSettings[]): readonly (readonly string[])[] {
  const read = clusters.filter(
    ({ prometheus, usage }) => prometheus?.url !== undefined && (usage?.includes('prometheus') ?? true),
  )
  const keyOf = ({ prometheus, kubernetes }: ClusterSettings): string =>
    JSON.stringify([prometheus, kubernetes?.namespaces ?? []])
  return [...groupBy(read, keyOf)].flatMap(([, same]) =>
    same.length > 1 ? [same.map(({ name }) => name)] : [],
  )
}

/** Says which clusters have the same usage. */
export const alikeText = (names: readonly string[]): string =>
  `clusters ${names.join(' and ')} have the same Prometheus with the same labels, so each is sized by the usage of all`

/** What to do about it. */
export const alikeHint =
  'Set prometheus.url of each in the operator settings, or prometheus.labels that select it in tortoise.yaml'
