import type { DeclaredWorkload } from '../model/declared.ts'
import { groupBy } from '../model/group.ts'
import type { Observation } from '../model/observation.ts'
import { toAmount } from '../model/quantity.ts'
import { sum } from '../model/sum.ts'
import type { SurroundingObjects } from '../model/surrounding-objects.ts'
import { mergeSurroundings, type Quota, type Surroundings } from '../model/surroundings.ts'
import { workloadKey } from '../model/workload.ts'
import type { DeclaredIn } from './declared-source.ts'
import type { SourceFacts } from './source-facts.ts'

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
  facts: readonly Pick<SourceFacts, 'source' | 'surrounding'>[],
  declared: readonly DeclaredIn[],
  observations: readonly Observation[],
): FindSurroundings {
  const found = facts
    .map(({ source, surrounding }): Found => ({ cluster: source.cluster, objects: surrounding }))
    .filter(({ objects }) => Object.values(objects).some((some) => some.length > 0))
  const used = requestsByNamespace(declared)
  const live = new Map(
    observations.map((one) => [`${one.cluster}/${workloadKey(one.workload)}`, one.surroundings]),
  )
  const indexes = new Map<string | undefined, FindInGit>()
  const findIn = (cluster: string | undefined): FindInGit => {
    const known = indexes.get(cluster) ?? indexOf(found.filter((one) => (one.cluster ?? cluster) === cluster))
    indexes.set(cluster, known)
    return known
  }
  return (workload, cluster) => {
    const inGit = findIn(cluster)(workload)
    const inCluster = live.get(`${cluster}/${workloadKey(workload.workload)}`)
    const merged = mergeSurroundings([inGit, ...(inCluster === undefined ? [] : [inCluster])])
    const space = used.get(`${cluster}/${workload.workload.namespace}`) ?? {}
    return {
      ...merged,
      scalers: workload.autoscaler === undefined ? merged.scalers : [],
      quotas: merged.quotas.map((quota) => withUse(quota, space)),
    }
  }
}

/** What surrounds a workload in Git. */
type FindInGit = (workload: DeclaredWorkload) => Surroundings

/** An index of the objects of one cluster by workload and namespace. */
function indexOf(all: readonly Found[]): FindInGit {
  const by = <T>(of: (objects: SurroundingObjects) => readonly (readonly [string, T])[]) => {
    const groups = groupBy(
      all.flatMap(({ objects }) => of(objects)),
      ([key]) => key,
    )
    return (key: string): readonly T[] => (groups.get(key) ?? []).map(([, one]) => one)
  }
  const scalers = by(({ scalers }) => scalers)
  const verticals = by(({ verticals }) => verticals)
  const ranges = by(({ ranges }) => ranges)
  const quotas = by(({ quotas }) => quotas)
  const budgets = by(({ budgets }) => budgets)
  return ({ workload, labels = {} }) => {
    const [key, { namespace }] = [workloadKey(workload), workload]
    return {
      scalers: scalers(key),
      verticals: verticals(key),
      ranges: ranges(namespace),
      quotas: quotas(namespace),
      budgets: budgets(namespace).filter((budget) =>
        Object.entries(budget.labels).every(([name, value]) => labels[name] === value),
      ),
    }
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
