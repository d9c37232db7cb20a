import type { Coverage, UnmanagedWorkload } from '../model/coverage.ts'
import { groupBy } from '../model/group.ts'
import type { Observation, Requested } from '../model/observation.ts'
import { plural } from '../model/plural.ts'
import type { Skipped } from '../model/proposal.ts'
import { namespaceOf } from '../model/source.ts'
import { sum } from '../model/sum.ts'
import { namespacedLabel, type Workload, workloadKey, workloadLabel } from '../model/workload.ts'
import type { DeclaredIn } from './declared-source.ts'

/** Joins what sources declare to what has usage, by cluster; `failed` are the sources that do not render. */
export function coverageOf(
  all: readonly DeclaredIn[],
  observations: readonly Observation[],
  failed: readonly Skipped[],
): readonly Coverage[] {
  const declared = all.map(({ source, workloads }) => ({
    source,
    workloads: workloads.map(({ workload }) => workload),
  }))
  // A workload that runs without usage is listed in the report by itself.
  const withUsage = observations.filter(({ containers }) => containers.length > 0)
  return [...groupBy(withUsage, ({ cluster }) => cluster)].flatMap(([cluster, used]) => {
    const own = declared.filter(({ source }) => source.cluster === undefined || source.cluster === cluster)
    if (own.length === 0) return []
    const keys = new Set(own.flatMap(({ workloads }) => workloads.map(workloadKey)))
    const [managed, others] = [true, false].map((isManaged) =>
      used.filter(({ workload }) => keys.has(workloadKey(workload)) === isManaged),
    ) as [Observation[], Observation[]]
    const share = shareOf(managed, used)
    return {
      cluster,
      used: used.length,
      managed: managed.length,
      ...(share === undefined ? {} : { share }),
      unmanaged: others.map((one) => unmanagedOf(one, failed)).sort(bySize),
      advice: adviceFor(own, used, cluster),
    }
  })
}

interface Declaring extends Pick<DeclaredIn, 'source'> {
  readonly workloads: readonly Workload[]
}

function shareOf(managed: readonly Observation[], all: readonly Observation[]): Requested | undefined {
  const of = (some: readonly Observation[], resource: keyof Requested): number =>
    sum(some.map(({ requested }) => requested?.[resource] ?? 0))
  const [cpu, memory] = [of(all, 'cpu'), of(all, 'memory')]
  if (cpu === 0 || memory === 0) return undefined
  return { cpu: of(managed, 'cpu') / cpu, memory: of(managed, 'memory') / memory }
}

const bySize = (one: UnmanagedWorkload, other: UnmanagedWorkload): number =>
  (other.requested?.cpu ?? 0) - (one.requested?.cpu ?? 0) ||
  (other.requested?.memory ?? 0) - (one.requested?.memory ?? 0) ||
  workloadKey(one.workload).localeCompare(workloadKey(other.workload), 'en')

function unmanagedOf(
  { workload, requested, rolledOutBy }: Observation,
  failed: readonly Skipped[],
): UnmanagedWorkload {
  const [kind, name = ''] = rolledOutBy?.split(' ') ?? []
  const skipped = failed.find(
    ({ source = '' }) => kind !== undefined && source.startsWith(`${kind} ${name.split('/').at(-1)} in `),
  )
  const why =
    skipped !== undefined
      ? `${skipped.source} is skipped: ${skipped.reason}`
      : rolledOutBy === undefined
        ? 'no source renders it; add the directory or file that deploys it to sources:'
        : `${rolledOutBy} rolls it out, which no source declares; add the file with that object to sources:`
  return { workload, ...(requested === undefined ? {} : { requested }), why }
}

/** Why whole sources have no usage: another namespace, or other labels than those of the cluster. */
function adviceFor(
  declared: readonly Declaring[],
  used: readonly Observation[],
  cluster: string,
): readonly string[] {
  const keys = new Set(used.map(({ workload }) => workloadKey(workload)))
  const idle = declared.filter(
    ({ workloads }) => workloads.length > 0 && !workloads.some((one) => keys.has(workloadKey(one))),
  )
  const moved = idle.flatMap(({ source, workloads }) => {
    const namespace = namespaceFor(workloads, used)
    return namespace === undefined
      ? []
      : [
          `${source.id} is in the namespace ${namespaceOf(source)} by its settings, but ${plural(workloads.length, 'workload')} of these names ${workloads.length === 1 ? 'has' : 'have'} usage in ${namespace}: set namespace: ${namespace} for it`,
        ]
  })
  if (moved.length > 0 || idle.length === 0 || idle.length < declared.filter(hasWorkloads).length)
    return moved
  const isRelease = idle.some(({ source }) => source.release !== undefined)
  const count = plural(sum(idle.map(({ workloads }) => workloads.length)), 'workload')
  return [
    `none of the ${count} that the sources of ${cluster} declare has usage, but ${plural(used.length, 'other')} ${used.length === 1 ? 'does' : 'do'} (${examples(used)}): check ${isRelease ? 'release: of charts, ' : ''}labels: of the cluster, or that its usage is that of ${cluster}`,
  ]
}

const hasWorkloads = ({ workloads }: Declaring): boolean => workloads.length > 0

const examples = (used: readonly Observation[]): string =>
  used
    .slice(0, 3)
    .map(({ workload }) => namespacedLabel(workload))
    .join(', ')

/** The one namespace in which most workloads of these kinds and names have usage; `undefined` where fewer than half have. */
function namespaceFor(workloads: readonly Workload[], used: readonly Observation[]): string | undefined {
  const labels = new Set(workloads.map(workloadLabel))
  const found = used.filter(({ workload }) => labels.has(workloadLabel(workload)))
  const counted = [...groupBy(found, ({ workload }) => workload.namespace)].sort(
    ([, one], [, other]) => other.length - one.length,
  )
  const [best] = counted
  return best !== undefined && best[1].length * 2 >= workloads.length ? best[0] : undefined
}
