import type { Settings } from '../../../config/schema.ts'
import type { Progress } from '../../model/progress.ts'
import type { ObservedUsage } from './request.ts'

/**
 * What recorded files say of the clusters in settings. Warns where they are of none of these, and of sources that do not say to
 * which of several clusters they are rolled out.
 */
export function recordedFor(
  recorded: ObservedUsage,
  settings: Pick<Settings, 'clusters' | 'sources'>,
  progress: Progress,
): ObservedUsage {
  const names = [...new Set(recorded.observations.map(({ cluster }) => cluster))]
  const own = settings.clusters.map(({ name }) => name)
  const isOwn = names.some((name) => own.includes(name))
  const [only, ...others] = own
  // Its sources need not name the only cluster.
  if (isOwn && only !== undefined && others.length === 0) return ofCluster(recorded, only)
  if (!isOwn && names.length > 0 && own.length > 0)
    progress({
      kind: 'warning',
      message: `the recorded usage is of ${names.join(', ')}, and the settings name ${own.join(', ')}. Give the clusters in tortoise.yaml the names that the snapshot has`,
    })
  if (names.length > 1)
    for (const { path } of settings.sources.filter(({ cluster }) => cluster === undefined))
      progress({
        kind: 'warning',
        message: `source ${path} has no cluster, and the recorded usage is of several. Add cluster: with one of: ${names.join(', ')}`,
      })
  return recorded
}

const ofCluster = (recorded: ObservedUsage, name: string): ObservedUsage => ({
  ...recorded,
  observations: recorded.observations.filter(({ cluster }) => cluster === name),
})
