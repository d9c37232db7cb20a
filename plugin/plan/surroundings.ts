import type { DeclaredWorkload } from '../model/declared.ts'
import { groupBy } from '../model/group.ts'
import type { Observation } from '../model/observation.ts'
import { toAmount } from '../model/quantity.ts'
import type { Rendering } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import { sum } from '../model/sum.ts'
import { type SurroundingObjects, surroundingObjects } from '../model/surrounding-objects.ts'
import { mergeSurroundings, type Quota, type Surroundings } from '../model/surroundings.ts'
import { workloadKey } from '../model/workload.ts'
import type { DeclaredIn } from './declared-source.ts'

/** Finds what else bounds or writes the values of a workload of a cluster. */
export type FindSurroundings = (declared: DeclaredWorkload, cluster: string | undefined) => Surroundings

interface Found {
  readonly cluster: string | undefined
  readonly objects: SurroundingObjects
}

/**
 * The surroundings of every workload: the objects of all renderings of its cluster, and what was read from the cluster
 * itself. An autoscaler in the rendering of the workload is not among them: it is part of what is sized.
 */
export function surroundingsOf(
  rendered: readonly Rendering[],
  declared: readonly DeclaredIn[],
  observations: readonly Observation[],
): FindSurroundings {
  const found = rendered
    .map(
      ({ source, objects }): Found => ({
        cluster: source.cluster,
        objects: surroundingObjects(objects, namespaceOf(source), ` of the source ${source.id}`),
      }),
    )
    .filter(({ objects }) => Object.values(objects).some((some) => some.length > 0))
  const used = requestsByNamespace(declared)
  const live = new Map(
    observations.map((one) => [`${one.cluster}/${workloadKey(one.workload)}`, one.surroundings]),
  )
  return (workload, cluster) => {
    const own = found.filter((one) => one.cluster === undefined || one.cluster === cluster)
    const inGit = own.map(({ objects }) => ofWorkload(objects, workload))
    const inCluster = live.get(`${cluster}/${workloadKey(workload.workload)}`)
    const merged = mergeSurroundings([...inGit, ...(inCluster === undefined ? [] : [inCluster])])
    const space = used.get(`${cluster}/${workload.workload.namespace}`) ?? {}
    return {
      ...merged,
      scalers: workload.autoscaler === undefined ? merged.scalers : [],
      quotas: merged.quotas.map((quota) => withUse(quota, space)),
    }
  }
}

function ofWorkload(objects: SurroundingObjects, { workload, labels = {} }: DeclaredWorkload): Surroundings {
  const [key, { namespace }] = [workloadKey(workload), workload]
  const of = <T>(all: readonly (readonly [string, T])[], name: string): readonly T[] =>
    all.flatMap(([at, one]) => (at === name ? [one] : []))
  return {
    scalers: of(objects.scalers, key),
    verticals: of(objects.verticals, key),
    ranges: of(objects.ranges, namespace),
    quotas: of(objects.quotas, namespace),
    budgets: of(objects.budgets, namespace).filter((budget) =>
      Object.entries(budget.labels).every(([name, value]) => labels[name] === value),
    ),
  }
}

/** What all workloads of a namespace request in Git, in millicores and bytes by `requests.cpu` and the like. */
function requestsByNamespace(
  declared: readonly DeclaredIn[],
): ReadonlyMap<string, Readonly<Record<string, number>>> {
  const all = declared.flatMap(({ source, workloads }) =>
    workloads.map((one) => ({ key: `${source.cluster}/${one.workload.namespace}`, one })),
  )
  return new Map(
    [...groupBy(all, ({ key }) => key)].map(
      ([key, own]) => [key, totals(own.map(({ one }) => one))] as const,
    ),
  )
}

const fields = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const

function totals(workloads: readonly DeclaredWorkload[]): Readonly<Record<string, number>> {
  const of = (field: (typeof fields)[number]): number =>
    sum(
      workloads.map(({ containers, replicas, autoscaler }) => {
        const pods = autoscaler?.minReplicas ?? replicas ?? 1
        return (
          pods *
          sum(containers.map(({ role, values }) => (role === 'init' ? 0 : amount(field, values[field]))))
        )
      }),
    )
  return Object.fromEntries(fields.map((field) => [field, of(field)]))
}

const amount = (field: string, text: string | undefined): number =>
  (text === undefined ? undefined : toAmount(field.endsWith('cpu') ? 'cpu' : 'memory', text)) ?? 0

/** A quota with what Git requests where the cluster does not say what is used. */
function withUse(quota: Quota, declared: Readonly<Record<string, number>>): Quota {
  if (Object.keys(quota.used).length > 0) return quota
  const used = Object.entries(declared).map(([field, value]) => [
    field,
    field.endsWith('cpu') ? `${value}m` : String(value),
  ])
  return { ...quota, used: Object.fromEntries(used) }
}
