import { groupBy } from '../../model/group.ts'
import { sum } from '../../model/sum.ts'
import { added, type NamespaceSums } from '../../report/fleet/sums.ts'
import type { MetricName } from '../../report/metric-families.ts'
import type { Metrics } from './metrics.ts'

/** Where sums come from: a repository and branch, empty where the daemon works on one. */
export type SumsOrigin = string

/** Most series of each metric by namespace. The smallest namespaces beyond are one series of their cluster. */
export const mostNamespaces = 200
/** The label of the namespaces beyond. A namespace cannot have this name. */
const otherNamespaces = '_other'

/** The sums of the fleet, from the last whole run on each repository and cluster. */
export interface FleetMetrics {
  /** Replaces the sums of an origin in the clusters that the new ones are of. */
  readonly record: (origin: SumsOrigin, sums: readonly NamespaceSums[]) => void
  /** Removes the sums of an origin. */
  readonly forget: (origin: SumsOrigin) => void
}

/** Keeps sums, and sets the gauges by cluster and namespace from all of them. */
export function openFleetMetrics(metrics: Metrics): FleetMetrics {
  const known = new Map<SumsOrigin, ReadonlyMap<string, readonly NamespaceSums[]>>()
  const show = (): void => {
    const all = [...known.values()].flatMap((clusters) => [...clusters.values()].flat())
    for (const name of Object.keys(values) as (keyof typeof values)[]) metrics.clear(name)
    for (const one of limited(joined(all)))
      for (const [name, value] of Object.entries(values) as [MetricName, (one: NamespaceSums) => number][])
        metrics.set(name, { cluster: one.cluster, namespace: one.namespace }, value(one))
  }
  return {
    record: (origin, sums) => {
      known.set(origin, new Map([...(known.get(origin) ?? []), ...groupBy(sums, ({ cluster }) => cluster)]))
      show()
    },
    forget: (origin) => {
      if (known.delete(origin)) show()
    },
  }
}

const values = {
  tortoise_managed_workloads: ({ workloads }) => workloads,
  tortoise_managed_pods: ({ pods }) => pods,
  tortoise_cpu_requested_cores: ({ requested }) => requested.cpu / 1000,
  tortoise_cpu_used_cores: ({ used }) => used.cpu / 1000,
  tortoise_cpu_recommended_cores: ({ recommended }) => recommended.cpu / 1000,
  tortoise_cpu_saved_cores: ({ saved }) => saved.cpu / 1000,
  tortoise_memory_requested_bytes: ({ requested }) => requested.memory,
  tortoise_memory_used_bytes: ({ used }) => used.memory,
  tortoise_memory_recommended_bytes: ({ recommended }) => recommended.memory,
  tortoise_memory_saved_bytes: ({ saved }) => saved.memory,
} as const satisfies Partial<Record<MetricName, (one: NamespaceSums) => number>>

/** One sum for each namespace of each cluster. */
const joined = (all: readonly NamespaceSums[]): readonly NamespaceSums[] =>
  [...groupBy(all, ({ cluster, namespace }) => `${cluster}\0${namespace}`).values()].flatMap(addedUp)

/** The largest by requested CPU; the rest as one sum for each cluster. */
function limited(all: readonly NamespaceSums[]): readonly NamespaceSums[] {
  const sorted = [...all].sort(
    (one, other) =>
      other.requested.cpu - one.requested.cpu ||
      `${one.cluster} ${one.namespace}`.localeCompare(`${other.cluster} ${other.namespace}`, 'en'),
  )
  const rest = groupBy(sorted.slice(mostNamespaces), ({ cluster }) => cluster)
  return [
    ...sorted.slice(0, mostNamespaces),
    ...[...rest.values()].flatMap((members) =>
      addedUp(members).map((one) => ({ ...one, namespace: otherNamespaces })),
    ),
  ]
}

function addedUp(members: readonly NamespaceSums[]): readonly NamespaceSums[] {
  const [first] = members
  if (first === undefined) return []
  return [
    {
      ...first,
      workloads: sum(members.map(({ workloads }) => workloads)),
      pods: sum(members.map(({ pods }) => pods)),
      requested: added(members.map(({ requested }) => requested)),
      used: added(members.map(({ used }) => used)),
      recommended: added(members.map(({ recommended }) => recommended)),
      saved: added(members.map(({ saved }) => saved)),
    },
  ]
}
