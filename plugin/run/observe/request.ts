import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import type { Observation } from '../../model/observation.ts'
import { stop } from '../../model/problem.ts'
import type { UsageReading } from '../../model/reading.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import type { Part } from '../../observe/prometheus/shards.ts'

/** Flags that say where usage comes from; they win over settings. */
export interface ObserveFlags {
  /** Recorded files, or directories of them. */
  readonly snapshot?: readonly string[]
  readonly prometheus?: string
  readonly cluster?: string
  /** End of the window, ISO 8601; now when left out. */
  readonly until?: string
  /** Directory that keeps finished days. */
  readonly cache?: string
  /** `i/n`: the part of one of several jobs. */
  readonly shard?: string
  /** Directory of the samples that the daemon gathers. */
  readonly samples?: string
}

/** Which cluster to observe, up to when. */
export interface ClusterRequest {
  readonly settings: Settings
  readonly cluster: ClusterSettings
  readonly to: Date
  readonly flags: Pick<ObserveFlags, 'cache' | 'shard' | 'samples'>
}

/** What is known before usage is read. */
export interface Ground {
  readonly window: { readonly from: Date; readonly to: Date }
  readonly live: LiveCluster | undefined
}

/** The part of a run that `--shard` names. */
export function partOf({ shard }: Pick<ObserveFlags, 'shard'>): Part | undefined {
  if (shard === undefined) return undefined
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(shard) ?? []
  const part = { index: Number(index), of: Number(of) }
  if (part.index >= 1 && part.index <= part.of) return part
  throw stop('usage', `--shard ${shard} is not a part of a run`, { hint: 'Write it as 1/4, 2/4, 3/4, 4/4.' })
}

/** What the sources of usage of one cluster gave. */
export interface Gathered {
  readonly observations: readonly Observation[]
  readonly readings: readonly UsageReading[]
}
