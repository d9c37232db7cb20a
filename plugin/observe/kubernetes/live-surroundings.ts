import type { OtherScaler, Quota, RangeBounds, Surroundings, Vertical } from '../../model/surroundings.ts'
import type { LiveAutoscaler, LiveCluster, LiveWorkload, NamespaceBounds } from './live.ts'

const where = ' in the cluster'

/** What bounds or writes the values of a workload in its cluster; `undefined` when nothing does. */
export function liveSurroundings(
  { autoscaler, vertical, budgets = [], nodes = [], workload: { namespace } }: LiveWorkload,
  { bounds, unread }: Pick<LiveCluster, 'bounds' | 'unread'>,
): Surroundings | undefined {
  const own = bounds.filter((one) => one.namespace === namespace)
  const unknown = unreadBounds(unread, namespace)
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
    ...(nodes.length === 0 ? {} : { nodes }),
    ...(unknown.length === 0 ? {} : { unread: unknown }),
  }
  return Object.values(found).some((some) => some.length > 0) ? found : undefined
}

/** Kinds of objects that bound or write values. */
const bounding = [
  'horizontalpodautoscalers',
  'verticalpodautoscalers',
  'scaledobjects',
  'limitranges',
  'resourcequotas',
  'poddisruptionbudgets',
  'nodes',
]

/** What bounds or writes values in a namespace and may not be read, with what that means. */
const unreadBounds = (unread: LiveCluster['unread'], namespace: string): readonly string[] =>
  unread
    .filter((one) => one.reason === 'forbidden' && (one.namespace ?? namespace) === namespace)
    .filter(({ plural }) => bounding.includes(plural))
    .map(({ plural, loss }) => `${plural} may not be listed: ${loss}`)

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
