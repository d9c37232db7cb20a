import type { ContainerUsage, Observation } from '../../model/observation.ts'
import { type UsageRecorder, usageRecorder } from '../../model/recorder.ts'
import { cpuScale, memoryScale } from '../../model/sketch.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import { compare, type Frame, finishEvents, finishObservation } from './finish-observation.ts'
import type { Slots } from './queries.ts'
import type { Series } from './response-reader.ts'
import { containerCounts, type RunningPods } from './running-pods.ts'

/** The data of one container while it is read. */
export interface ContainerAccumulator {
  readonly cpu: UsageRecorder
  readonly memory: UsageRecorder
  oomKills: number
  /** Times in seconds since 1970. */
  readonly oomTimes: number[]
  /** CFS periods by day (since 1970). */
  readonly throttling: Map<number, { periods: number; throttled: number }>
}

/** The data of one workload while it is read. */
export interface WorkloadAccumulator {
  readonly workload: Workload
  readonly containers: Map<string, ContainerAccumulator>
  /** One byte per slot: 1 with a sample. */
  readonly sampled: Uint8Array
  /** Number of pods by slot; 0 without a sample. */
  readonly pods: Uint16Array
}

/** Accumulates usage data. Its size depends on the number of containers and slots, not of pods or samples. */
export interface UsageAccumulator {
  readonly slots: Slots
  readonly workloads: Map<Workload, WorkloadAccumulator>
}

/** An empty accumulator for the slots of a window. */
export const usageAccumulator = (slots: Slots): UsageAccumulator => ({ slots, workloads: new Map() })

/** The entry of a workload; it is added when there is none. */
export function workloadEntry(
  { slots, workloads }: UsageAccumulator,
  workload: Workload,
): WorkloadAccumulator {
  const found = workloads.get(workload) ?? {
    workload,
    containers: new Map(),
    sampled: new Uint8Array(slots.count),
    pods: new Uint16Array(slots.count),
  }
  workloads.set(workload, found)
  return found
}

/** The entry of a container; it is added when there is none. */
export function containerEntry(
  { slots }: UsageAccumulator,
  { containers }: WorkloadAccumulator,
  name: string,
): ContainerAccumulator {
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

/** The container and resource that a series belongs to. */
export interface SeriesTarget {
  readonly workload: WorkloadAccumulator
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  /** Whether the series has all samples of a pod in the time of the accumulator, so that pods can be compared. */
  readonly isWhole?: boolean
  /** Counts the pod of the series when given. */
  readonly runningPods?: RunningPods
}

/** The most that one container can use: 10,000 cores, or 1 PiB. More is an error of what measured it. */
const most = { cpu: 10_000_000, memory: 2 ** 50 } as const

/**
 * Adds a series of one pod's container, in cores or bytes by slot. Returns how many of its samples no container can have
 * (not a number, infinite, negative, absurdly large, or later than the window): these are ignored.
 */
export function addSeries(
  accumulator: UsageAccumulator,
  { times, values }: Series,
  target: SeriesTarget,
): number {
  const { slots } = accumulator
  const { workload, container, resource, runningPods } = target
  const usage = containerEntry(accumulator, workload, container)[resource]
  const unit = resource === 'cpu' ? 1000 : 1
  const pods = runningPods && containerCounts(runningPods, workload, container)
  let ignored = 0
  for (let at = 0; at < times.length; at += 1) {
    const [time, value] = [times[at] ?? Number.NaN, (values[at] ?? Number.NaN) * unit]
    const slot = Math.round((time - slots.first) / slots.step)
    if (!(value >= 0 && value <= most[resource] && slot <= slots.count)) {
      ignored += 1
      continue
    }
    // The edges of a range belong to the slots beside it.
    if (slot < 0 || slot >= slots.count) continue
    usage.add(slot, value)
    workload.sampled[slot] = 1
    if (runningPods === undefined || pods === undefined) continue
    const within = Math.round((time - runningPods.start) / slots.step)
    pods[within] = (pods[within] ?? 0) + 1
  }
  if (target.isWhole === true) usage.endPod()
  return ignored
}

/** Turns the accumulated data into observations, sorted by namespace, kind and name. */
export function finishAccumulator(
  { slots, workloads }: UsageAccumulator,
  frame: Frame,
): readonly Observation[] {
  return [...workloads.values()]
    .filter(({ containers }) => containers.size > 0)
    .map((entry) => [workloadKey(entry.workload), entry] as const)
    .sort(([one], [other]) => compare(one, other))
    .map(([, { containers, ...entry }]) =>
      finishObservation(slots, frame, {
        ...entry,
        containers: [...containers].map(([name, container]) => finishContainer(name, container)),
      }),
    )
}

function finishContainer(container: string, entry: ContainerAccumulator): ContainerUsage {
  const [cpu, memory] = [entry.cpu.finish(), entry.memory.finish()]
  const throttling = [...entry.throttling].map(([day, periods]) => ({ day, ...periods }))
  return {
    container,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...finishEvents({ ...entry, throttling }),
  }
}
