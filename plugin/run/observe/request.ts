import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import type { LiveDeclaration } from '../../model/live-declaration.ts'
import type { Observation } from '../../model/observation.ts'
import { stop } from '../../model/problem.ts'
import type { UsageReading } from '../../model/reading.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import type { Part } from '../../observe/prometheus/shards.ts'
import type { Measure } from '../../plan/measure.ts'

/** Flags that say where usage is read from. They win over settings. */
export interface ObserveFlags {
  /** Recorded files, or directories of them. */
  readonly snapshot?: readonly string[]
  /** Base URL of the Prometheus server of one cluster. */
  readonly prometheus?: string
  /** Reads only this cluster. */
  readonly cluster?: string
  /** End of the window, ISO 8601; now by default. */
  readonly until?: string
  /** Directory that caches finished days. */
  readonly cache?: string
  /** `i/n`: the part of the namespaces that one of several jobs reads. */
  readonly shard?: string
  /** Directory of the samples that the daemon records. */
  readonly samples?: string
}

/** The cluster to observe, and the end of the window. */
export interface ClusterRequest {
  readonly settings: Pick<Settings, 'clusters' | 'history' | 'kubernetes' | 'repository' | 'storage'>
  readonly cluster: ClusterSettings
  readonly to: Date
  readonly flags: Pick<ObserveFlags, 'cache' | 'shard' | 'samples'>
}

/** What is known of a cluster before its usage is read. */
export interface UsageContext {
  readonly window: { readonly from: Date; readonly to: Date }
  /** The state that the API server returned; `undefined` when settings name no API server. */
  readonly live: LiveCluster | undefined
}

/** Returns the part that `--shard` names. Throws `usage` when it is not `i/n` with 1 ≤ i ≤ n. */
export function partOf({ shard }: Pick<ObserveFlags, 'shard'>): Part | undefined {
  if (shard === undefined) return undefined
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(shard) ?? []
  const part = { index: Number(index), of: Number(of) }
  if (part.index >= 1 && part.index <= part.of) return part
  const hint =
    part.of >= 1
      ? `Of ${part.of} shards, the first is 1/${part.of}, and the last ${part.of}/${part.of}.`
      : 'Write it as 1/4 in the first of four jobs.'
  throw stop('usage', `--shard ${shard} is not a part of a run`, { hint })
}

/** Observed usage, and what reading it took. */
export interface ObservedUsage {
  readonly observations: readonly Observation[]
  readonly readings: readonly UsageReading[]
  /** The Applications and HelmReleases of the clusters whose API servers were read. */
  readonly declarations?: readonly LiveDeclaration[]
  /** Measures workloads once more; absent for recorded usage. */
  readonly measure?: Measure
}
