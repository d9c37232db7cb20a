import { groupBy } from '../model/group.ts'
import type { Observation } from '../model/observation.ts'
import type { SourceRecommendation, UnansweredKills } from '../model/plan.ts'
import { workloadKey } from '../model/workload.ts'
import { openKills } from '../recommend/kills.ts'

const keyOf = ({ workload, container = '' }: Pick<SourceRecommendation, 'workload' | 'container'>): string =>
  `${workloadKey(workload)}\0${container}`

/** Containers with OOM kills whose memory should be kept: nothing is silent while a container is killed. */
export function unansweredKills(
  recommendations: readonly SourceRecommendation[],
  observations: readonly Observation[],
): readonly UnansweredKills[] {
  const killed = observations.flatMap(({ cluster, workload, containers }) =>
    containers.flatMap((usage) => {
      const kills = openKills(usage)
      return kills === 0 ? [] : [{ cluster, workload, container: usage.container, kills }]
    }),
  )
  if (killed.length === 0) return []
  const memory = recommendations.filter(({ field }) => field.endsWith('.memory'))
  const byContainer = groupBy(memory, keyOf)
  return killed.flatMap((one) => {
    const own = (byContainer.get(keyOf(one)) ?? []).filter(
      ({ cluster = one.cluster }) => cluster === one.cluster,
    )
    const isAnswered = own.some((change) => change.verdict === 'change' && change.to > change.from)
    const kept = own.find((change) => change.verdict === 'keep')
    if (isAnswered || kept?.verdict !== 'keep') return []
    return [{ ...one, why: kept.because.at(-1)?.text ?? '' }]
  })
}
