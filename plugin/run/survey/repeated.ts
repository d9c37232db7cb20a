import { plural } from '../../model/plural.ts'
import { workloadLabel } from '../../model/workload.ts'
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
      const key = `${source.cluster}/${workload.namespace}/${workloadLabel(workload)}`
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

/** Says which sources deploy the same: `kustomize and charts/web both deploy Deployment/web and 2 more workloads`. */
export function repeatedText({ sources: [one, other], workloads: [first, ...more] }: Repeated): string {
  const rest = more.length === 0 ? '' : ` and ${plural(more.length, 'more workload')}`
  return `${one.settings.path} and ${other.settings.path} both deploy ${first}${rest}`
}
