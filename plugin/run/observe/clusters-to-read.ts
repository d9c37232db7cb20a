import { prometheusSchema } from '../../../config/prometheus.ts'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { stop } from '../../model/problem.ts'
import type { ObserveFlags } from './request.ts'

/**
 * Returns the clusters of settings that have a source of usage, narrowed by `--cluster`, with `--prometheus` as their
 * server. Throws `usage` when `--cluster` names an unknown cluster, or `--prometheus` could be the server of several.
 */
export function clustersToRead(
  { clusters, sources }: Pick<Settings, 'clusters' | 'sources'>,
  { prometheus, cluster: only }: ObserveFlags,
): readonly ClusterSettings[] {
  const named = clusters.filter(({ name }) => only === undefined || name === only)
  if (only !== undefined && clusters.length > 0 && named.length === 0) {
    throw stop('usage', `settings have no cluster ${only}`, {
      hint: `Use one of: ${clusters.map(({ name }) => name).join(', ')}.`,
    })
  }
  if (prometheus === undefined)
    return named.filter(({ usage, ...one }) => (usage ?? one.prometheus ?? one.kubernetes) !== undefined)
  const ofSources = [...new Set(sources.flatMap(({ cluster }) => cluster ?? []))]
  const targets =
    named.length > 0
      ? named
      : (only === undefined ? ofSources : [only]).map((name): ClusterSettings => ({ name, paths: [] }))
  const [target = { name: only ?? 'default', paths: [] }, ...more] = targets
  if (more.length > 0) {
    throw stop('usage', '--prometheus is the server of one cluster, and there are several', {
      hint: `Choose the cluster with --cluster: ${targets.map(({ name }) => name).join(', ')}.`,
    })
  }
  return [{ ...target, prometheus: prometheusSchema.parse({ ...target.prometheus, url: prometheus }) }]
}
