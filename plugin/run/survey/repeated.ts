import { plural } from '../../model/plural.ts'
import { type Workload, workloadLabel } from '../../model/workload.ts'
import type { AssignedSources } from './clusters.ts'
import type { SettingsSource } from './settings-text.ts'

/** Two sources of a cluster that deploy the same workloads: only one of them can run there. */
export interface Repeated {
  readonly sources: readonly [SettingsSource, SettingsSource]
  /** The workloads in both, such as `Deployment/web`. */
  readonly workloads: readonly string[]
}

/** The pairs of sources that deploy the same workloads to the same cluster. */
export function repeatedIn(sources: readonly SettingsSource[]): readonly Repeated[] {
  const first = new Map<string, SettingsSource>()
  const pairs = new Map<SettingsSource, Map<SettingsSource, string[]>>()
  for (const source of sources)
    for (const workload of source.workloads) {
      const key = keyOf(source, workload)
      const other = first.get(key) ?? source
      first.set(key, other)
      if (other === source) continue
      const others = pairs.get(other) ?? new Map<SettingsSource, string[]>()
      pairs.set(other, others)
      others.set(source, [...(others.get(source) ?? []), workloadLabel(workload)])
    }
  return [...pairs].flatMap(([one, others]) =>
    [...others].map(([other, workloads]) => ({ sources: [one, other] as const, workloads })),
  )
}

/** The cluster, namespace and name of a workload; the namespace is `''` where nothing says it. */
const keyOf = ({ cluster, settings }: SettingsSource, workload: Workload): string =>
  [cluster, workload.namespace || (settings.namespace ?? ''), workloadLabel(workload)].join('/')

/**
 * Sources without copies: those whose workloads are all deployed to the same cluster by what objects of Argo CD, Flux or
 * helmfile declare. A directory that is rendered into another one, which is deployed, is such a copy.
 */
export function withoutCopies(assigned: AssignedSources): AssignedSources {
  const { sources, skipped } = assigned
  const declared = new Map<string, SettingsSource>()
  for (const source of sources.filter(({ isDeclared }) => isDeclared === true))
    for (const workload of source.workloads) {
      declared.set(keyOf(source, workload), source)
      // A namespace that is not known may be this one.
      declared.set([source.cluster, '', workloadLabel(workload)].join('/'), source)
    }
  const copies = sources.flatMap((source) => {
    const by = source.workloads.map((workload) => declared.get(keyOf(source, workload)))
    const [first] = by
    const isCopy = source.isDeclared !== true && first !== undefined && !by.includes(undefined)
    return isCopy ? [{ source, by: first }] : []
  })
  return {
    ...assigned,
    sources: sources.filter((source) => !copies.some((one) => one.source === source)),
    skipped: [
      ...skipped,
      ...copies.map(({ source, by }) => ({
        path: nameOf(source),
        reason: `${nameOf(by)} deploys the same workloads`,
      })),
    ],
  }
}

const nameOf = ({ settings: { path, values } }: SettingsSource): string => [path, ...values].join(' + ')

/** Says which sources deploy the same: `kustomize and charts/web both deploy Deployment/web and 2 more workloads`. */
export function repeatedText({ sources: [one, other], workloads: [first, ...more] }: Repeated): string {
  const rest = more.length === 0 ? '' : ` and ${plural(more.length, 'more workload')}`
  return `${nameOf(one)} and ${nameOf(other)} both deploy ${first}${rest}`
}
