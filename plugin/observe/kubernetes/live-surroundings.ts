import type { OtherScaler, Quota, RangeBounds, Surroundings, Vertical } from '../../model/surroundings.ts'
import type { LiveAutoscaler, LiveCluster, LiveWorkload, NamespaceBounds } from './live.ts'

const where = ' in the cluster'

/** What bounds or writes the values of a workload in its cluster; `undefined` when nothing does. */
export function liveSurroundings(
  { autoscaler, vertical, budgets = [], workload: { namespace } }: LiveWorkload,
  { bounds }: Pick<LiveCluster, 'bounds'>,
): Surroundings | undefined {
  const own = bounds.filter((one) => one.namespace === namespace)
  const found: Surroundings = {
    scalers: autoscaler === undefined ? [] : [scalerOf(autoscaler)],
    verticals: vertical === undefined ? [] : [verticalOf(vertical)],
    ranges: own.flatMap((one): readonly RangeBounds[] =>
      one.kind === 'LimitRange' ? [{ said: saidOf(one), bounds: one.bounds }] : [],
    ),
    quotas: own.flatMap((one) => (one.kind === 'ResourceQuota' ? [quotaOf(one)] : [])),
    budgets: budgets.map(({ name, minAvailable }) => ({
      said: `PodDisruptionBudget/${name}${where}`,
      minAvailable,
    })),
  }
  return Object.values(found).some((some) => some.length > 0) ? found : undefined
}

const saidOf = ({ kind, name }: Pick<NamespaceBounds, 'kind' | 'name'>): string => `${kind}/${name}${where}`

function scalerOf({ kind, name, minReplicas, maxReplicas, metrics }: LiveAutoscaler): OtherScaler {
  const targets = metrics.flatMap(({ name: resource, container, target }) =>
    (resource === 'cpu' || resource === 'memory') && target.kind === 'Utilization'
      ? [
          {
            resource,
            ...(container === undefined ? {} : { container }),
            utilization: Number(target.value),
          } as const,
        ]
      : [],
  )
  return { said: `${kind}/${name}${where}`, autoscaler: { minReplicas, maxReplicas, targets } }
}

const verticalOf = ({ name, mode, policies = [] }: NonNullable<LiveWorkload['vertical']>): Vertical => ({
  said: `VerticalPodAutoscaler/${name}${where}`,
  mode,
  policies,
})

const quotaOf = (quota: NamespaceBounds): Quota => ({
  said: saidOf(quota),
  hard: Object.fromEntries(
    Object.entries(quota.bounds).map(([name, value]) => [name.replace(/^hard\./, ''), value]),
  ),
  used: quota.used ?? {},
})
