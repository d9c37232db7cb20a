import { checkSources } from '../../../config/cluster-rules.ts'
import { type Settings, settingsSchema } from '../../../config/schema.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import type { ObservedUsage } from './request.ts'

/**
 * What recorded files say of the clusters in settings. Warns where they are of none of these. Throws `settings.invalid` where
 * they are of several clusters, and a source does not say which of them it is rolled out to.
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
  const { clusters } = settingsSchema.parse({ clusters: names.map((name) => ({ name })) })
  const unclear = checkSources({ sources: settings.sources, clusters })
  if (unclear.length > 0) throw new ExpectedStop(unclear)
  return recorded
}

const ofCluster = (recorded: ObservedUsage, name: string): ObservedUsage => ({
  ...recorded,
  observations: recorded.observations.filter(({ cluster }) => cluster === name),
})
