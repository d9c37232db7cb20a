import type { ContainerUsage, DayThrottling, Observation, ReplicaHistory } from '../../model/observation.ts'
import { rounded } from '../../model/rounded.ts'
import { packCounts } from '../../model/series.ts'
import type { Workload } from '../../model/workload.ts'
import type { Slots } from './queries.ts'

/** Decimals of the shares, days and mean numbers of pods in observations. */
export const decimals = 4

/** What all observations of a run have in common. */
export interface Frame {
  readonly cluster: string
  readonly window: { readonly from: Date; readonly to: Date }
}

/** The data of one workload, by slot. */
export interface WorkloadData {
  readonly workload: Workload
  readonly containers: readonly ContainerUsage[]
  /** 1 for each slot with a sample, else 0. */
  readonly sampled: Uint8Array
  /** Number of pods in each slot; 0 without a sample. */
  readonly pods: Uint16Array
  readonly unhealthy?: string | undefined
}

/** Makes the observation of a workload from its data. */
export function finishObservation(
  slots: Slots,
  { cluster, window }: Frame,
  { workload, containers, sampled, pods, unhealthy }: WorkloadData,
): Observation {
  const [first, last] = [sampled.indexOf(1), sampled.lastIndexOf(1)]
  const replicas = replicaHistory(slots, pods)
  return {
    cluster,
    workload,
    window: { from: window.from.toISOString(), to: window.to.toISOString() },
    days: first < 0 ? 0 : rounded(((last - first + 1) * slots.step) / 86_400, decimals),
    coverage: rounded(sampled.reduce((sum, slot) => sum + slot, 0) / slots.count, decimals),
    containers: [...containers].sort((one, other) => compare(one.container, other.container)),
    ...(replicas === undefined ? {} : { replicas }),
    ...(unhealthy === undefined ? {} : { unhealthy }),
  }
}

/** Kills and throttling of a container, as an observation holds them. */
export function finishEvents({
  oomKills,
  oomTimes,
  throttling,
}: {
  readonly oomKills: number
  readonly oomTimes: readonly number[]
  readonly throttling: readonly DayThrottling[]
}): Pick<ContainerUsage, 'oomKills' | 'oomTimes' | 'throttledShare' | 'throttling'> {
  const days = [...throttling].sort((one, other) => one.day - other.day)
  const sum = (part: 'periods' | 'throttled') => days.reduce((total, day) => total + day[part], 0)
  const periods = sum('periods')
  return {
    oomKills,
    ...(oomTimes.length === 0 ? {} : { oomTimes: [...oomTimes].sort((one, other) => one - other) }),
    ...(periods > 0
      ? { throttledShare: rounded(Math.min(1, sum('throttled') / periods), decimals), throttling: days }
      : {}),
  }
}

/** The number of pods over the slots; `undefined` when no slot has a sample. */
function replicaHistory(slots: Slots, pods: Uint16Array): ReplicaHistory | undefined {
  const running = pods.filter((count) => count > 0)
  if (running.length === 0) return undefined
  const [min, max] = [
    running.reduce((low, count) => Math.min(low, count)),
    running.reduce((high, count) => Math.max(high, count)),
  ]
  const mean = rounded(running.reduce((total, count) => total + count, 0) / running.length, decimals)
  if (min === max) return { min, max, mean }
  const counts = Float64Array.from(pods, (count) => (count === 0 ? Number.NaN : count))
  return { min, max, mean, series: packCounts(slots, counts) }
}

/** Compares texts by code units. */
export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
