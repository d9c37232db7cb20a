import type { ContainerUsage, DayThrottling, Observation } from '../../model/observation.ts'
import { unpackBytes } from '../../model/packing.ts'
import { countValues } from '../../model/series.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import { compare, type Frame, finishEvents, finishObservation } from './finish-observation.ts'
import { addResource, emptyResource, finishResource, type MergedResource } from './merge-usage.ts'
import type { Slots } from './queries.ts'

interface Container {
  cpu?: MergedResource
  memory?: MergedResource
  oomKills: number
  readonly oomTimes: number[]
  readonly throttling: DayThrottling[]
}

interface Entry {
  readonly workload: Workload
  readonly containers: Map<string, Container>
  readonly pods: Uint16Array
  unhealthy?: string
}

/** Merges observations of single days, or of parts of a cluster, into observations of the whole window. */
export interface Merger {
  /** Adds observations in any order. When a slot of a workload comes twice, the higher level and all samples count. */
  add(observations: readonly Observation[]): void
  /** The merged observations, sorted by namespace, kind and name. */
  finish(): readonly Observation[]
}

/** An empty merger. Its size depends on the number of containers and slots. */
export function observationMerger(slots: Slots, frame: Frame): Merger {
  const entries = new Map<string, Entry>()
  const add = (observation: Observation): void => {
    const key = workloadKey(observation.workload)
    const entry: Entry = entries.get(key) ?? {
      workload: observation.workload,
      containers: new Map(),
      pods: new Uint16Array(slots.count),
    }
    entries.set(key, entry)
    for (const usage of observation.containers) addContainer(slots, entry, usage)
    addPods(slots, entry, observation)
    if (observation.unhealthy !== undefined) entry.unhealthy = observation.unhealthy
  }
  return {
    add: (observations) => observations.forEach(add),
    finish: () =>
      [...entries.keys()].sort(compare).flatMap((key) => {
        const entry = entries.get(key)
        // Frees the unpacked data as soon as it is packed.
        entries.delete(key)
        return entry === undefined ? [] : [finishEntry(slots, entry, frame)]
      }),
  }
}

function addContainer(slots: Slots, { containers }: Entry, usage: ContainerUsage): void {
  const container = containers.get(usage.container) ?? { oomKills: 0, oomTimes: [], throttling: [] }
  containers.set(usage.container, container)
  for (const resource of ['cpu', 'memory'] as const) {
    const part = usage[resource]
    if (part === undefined) continue
    const merged = container[resource] ?? emptyResource(slots)
    container[resource] = merged
    addResource(slots, merged, part)
  }
  container.oomKills += usage.oomKills
  container.oomTimes.push(...(usage.oomTimes ?? []))
  container.throttling.push(...(usage.throttling ?? []))
}

function addPods(slots: Slots, { pods }: Entry, { replicas, window, containers }: Observation): void {
  if (replicas === undefined) return
  const { series } = replicas
  if (series !== undefined) {
    const offset = Math.round((series.first - slots.first) / slots.step)
    for (const [at, count] of countValues(series).entries()) {
      if (count > 0) pods[offset + at] = count
    }
    return
  }
  // Without a series the number never changed, so it holds for every slot with a memory sample.
  const [from, to] = [Date.parse(window.from) / 1000, Date.parse(window.to) / 1000]
  for (const { memory } of containers) {
    if (memory?.highest === undefined) continue
    for (const [at, level] of unpackBytes(memory.highest.packed).entries()) {
      const time = memory.highest.first + at * memory.highest.step
      const slot = Math.round((time - slots.first) / slots.step)
      if (level > 0 && time > from && time <= to) pods[slot] = replicas.max
    }
  }
}

const finishEntry = (slots: Slots, entry: Entry, frame: Frame): Observation =>
  finishObservation(slots, frame, {
    workload: entry.workload,
    pods: entry.pods,
    unhealthy: entry.unhealthy,
    sampled: slotsWithSamples(slots, entry.containers),
    containers: [...entry.containers].map(([name, container]) => finishContainer(slots, name, container)),
  })

function slotsWithSamples({ count }: Slots, containers: Entry['containers']): Uint8Array {
  const sampled = new Uint8Array(count)
  for (const { cpu, memory } of containers.values()) {
    for (const levels of [cpu?.highest, memory?.highest]) {
      if (levels !== undefined) for (const [slot, level] of levels.entries()) if (level > 0) sampled[slot] = 1
    }
  }
  return sampled
}

function finishContainer(slots: Slots, name: string, container: Container): ContainerUsage {
  const { cpu, memory } = container
  return {
    container: name,
    ...(cpu === undefined ? {} : { cpu: finishResource(slots, cpu) }),
    ...(memory === undefined ? {} : { memory: finishResource(slots, memory) }),
    ...finishEvents(container),
  }
}
