import type { ContainerUsage, DayThrottling, Observation, ReplicaHistory } from '../../model/observation.ts'
import { type UsageRecorder, usageRecorder } from '../../model/recorder.ts'
import { packCounts } from '../../model/series.ts'
import { cpuScale, memoryScale } from '../../model/sketch.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import type { Chunk, Slots } from './queries.ts'
import type { Series } from './response-reader.ts'

/** One container while it is gathered. */
export interface ContainerTally {
  readonly cpu: UsageRecorder
  readonly memory: UsageRecorder
  oomKills: number
  /** Seconds since 1970. */
  readonly oomTimes: number[]
  /** CFS periods by day. */
  readonly throttling: Map<number, { periods: number; throttled: number }>
}

/** One workload while it is gathered. */
export interface WorkloadTally {
  readonly workload: Workload
  readonly containers: Map<string, ContainerTally>
  /** One byte a slot: 1 when a sample was seen. */
  readonly seen: Uint8Array
  /** Pods by slot; 0 where none was seen. */
  readonly pods: Uint16Array
  unhealthy?: string
}

/** Everything gathered so far. It grows with containers and slots, not with pods or samples. */
export interface Tally {
  readonly slots: Slots
  readonly workloads: Map<Workload, WorkloadTally>
}

/** An empty tally for the slots of a window. */
export const emptyTally = (slots: Slots): Tally => ({ slots, workloads: new Map() })

/** The entry of a workload, made when there is none. */
export function workloadTally({ slots, workloads }: Tally, workload: Workload): WorkloadTally {
  const found = workloads.get(workload) ?? {
    workload,
    containers: new Map(),
    seen: new Uint8Array(slots.count),
    pods: new Uint16Array(slots.count),
  }
  workloads.set(workload, found)
  return found
}

/** The entry of a container, made when there is none. */
export function containerTally(
  { slots }: Tally,
  { containers }: WorkloadTally,
  name: string,
): ContainerTally {
  const found = containers.get(name) ?? {
    cpu: usageRecorder(cpuScale, slots),
    memory: usageRecorder(memoryScale, slots),
    oomKills: 0,
    oomTimes: [],
    throttling: new Map(),
  }
  containers.set(name, found)
  return found
}

/** Pods with a running container, for the slots of one chunk: by workload and container. */
export interface Presence {
  readonly start: number
  readonly count: number
  readonly pods: Map<WorkloadTally, Map<string, Uint16Array>>
}

/** Counts pods in the slots of a chunk. */
export const emptyPresence = ({ start, seconds }: Chunk, step: number): Presence => ({
  start,
  count: seconds / step,
  pods: new Map(),
})

/** Where the samples of one series go. */
export interface Intake {
  readonly workload: WorkloadTally
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  /** Counts the pod in when given. */
  readonly presence?: Presence
}

/** Adds one pod's series of a container: cores or bytes, at slots. Samples that are no number are left out. */
export function addSeries(tally: Tally, { times, values }: Series, intake: Intake): void {
  const { slots } = tally
  const { workload, container, resource, presence } = intake
  const usage = containerTally(tally, workload, container)[resource]
  const unit = resource === 'cpu' ? 1000 : 1
  const pods = presence && podCounts(presence, workload, container)
  for (let at = 0; at < times.length; at += 1) {
    const [time, value] = [times[at] ?? Number.NaN, (values[at] ?? Number.NaN) * unit]
    const slot = Math.round((time - slots.first) / slots.step)
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY && slot >= 0 && slot < slots.count)) continue
    usage.add(slot, value)
    workload.seen[slot] = 1
    if (presence === undefined || pods === undefined) continue
    const within = Math.round((time - presence.start) / slots.step)
    pods[within] = (pods[within] ?? 0) + 1
  }
}

function podCounts({ pods, count }: Presence, workload: WorkloadTally, container: string): Uint16Array {
  const containers = pods.get(workload) ?? new Map<string, Uint16Array>()
  pods.set(workload, containers)
  const counts = containers.get(container) ?? new Uint16Array(count)
  containers.set(container, counts)
  return counts
}

/** Closes the count of pods of a chunk. A pod has several containers: a slot has as many pods as its most frequent one. */
export function addReplicas({ slots }: Tally, { pods, count, start }: Presence): void {
  const offset = Math.round((start - slots.first) / slots.step)
  for (const [workload, containers] of pods) {
    const running = (slot: number): number => {
      let most = 0
      for (const counts of containers.values()) most = Math.max(most, counts[slot] ?? 0)
      return most
    }
    for (let slot = 0; slot < count; slot += 1) {
      // A pod counts in the slot it ends in, and so does its successor: what lasts one slot only is a handover.
      const beside = Math.max(running(slot - 1), running(slot + 1))
      const level = beside === 0 ? running(slot) : Math.min(running(slot), beside)
      workload.pods[offset + slot] = level
    }
  }
}

/** What every observation of a run has in common. */
export interface Frame {
  readonly cluster: string
  readonly window: { readonly from: Date; readonly to: Date }
}

/** Turns the tally into observations, in order of namespace, kind and name. */
export function finishTally({ slots, workloads }: Tally, { cluster, window }: Frame): readonly Observation[] {
  const entries = [...workloads.values()].filter(({ containers }) => containers.size > 0)
  const order = new Map(entries.map((entry) => [entry, workloadKey(entry.workload)]))
  const keyOf = (entry: WorkloadTally): string => order.get(entry) ?? ''
  return entries
    .sort((one, other) => compare(keyOf(one), keyOf(other)))
    .map(({ workload, containers, seen, pods, unhealthy }) => {
      const [first, last] = [seen.indexOf(1), seen.lastIndexOf(1)]
      const history = replicaHistory(slots, pods)
      return {
        cluster,
        workload,
        window: { from: window.from.toISOString(), to: window.to.toISOString() },
        days: first < 0 ? 0 : rounded(((last - first + 1) * slots.step) / 86_400),
        coverage: rounded(seen.reduce((sum, slot) => sum + slot, 0) / slots.count),
        containers: [...containers]
          .sort(([one], [other]) => compare(one, other))
          .map(([name, container]) => containerUsage(name, container)),
        ...(history === undefined ? {} : { replicas: history }),
        ...(unhealthy === undefined ? {} : { unhealthy }),
      }
    })
}

function containerUsage(container: string, tally: ContainerTally): ContainerUsage {
  const [cpu, memory] = [tally.cpu.finish(), tally.memory.finish()]
  const throttling = [...tally.throttling]
    .sort(([one], [other]) => one - other)
    .map(([day, { periods, throttled }]): DayThrottling => ({ day, periods, throttled }))
  const sum = (part: 'periods' | 'throttled') => throttling.reduce((total, day) => total + day[part], 0)
  const periods = sum('periods')
  return {
    container,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    oomKills: tally.oomKills,
    ...(tally.oomTimes.length === 0 ? {} : { oomTimes: tally.oomTimes.sort((one, other) => one - other) }),
    ...(periods > 0 ? { throttledShare: rounded(Math.min(1, sum('throttled') / periods)), throttling } : {}),
  }
}

/** Counts of pods over the slots; `undefined` where none was seen. */
export function replicaHistory(slots: Slots, pods: Uint16Array): ReplicaHistory | undefined {
  const seen = pods.filter((count) => count > 0)
  if (seen.length === 0) return undefined
  const [min, max] = [
    seen.reduce((low, count) => Math.min(low, count)),
    seen.reduce((high, count) => Math.max(high, count)),
  ]
  const mean = rounded(seen.reduce((total, count) => total + count, 0) / seen.length)
  if (min === max) return { min, max, mean }
  const counts = Float64Array.from(pods, (count) => (count === 0 ? Number.NaN : count))
  return { min, max, mean, series: packCounts(slots, counts) }
}

/** To four digits, as observations print shares. */
export const rounded = (value: number): number => Math.round(value * 10_000) / 10_000
/** Plain order of code units. */
export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
