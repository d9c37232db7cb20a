import { type DailyUsage, type DayUsage, packDays, unpackDays } from '../../model/daily.ts'
import type { ContainerUsage, DayThrottling, Observation, ResourceUsage } from '../../model/observation.ts'
import { unpackBytes } from '../../model/packing.ts'
import { countValues, packLevels } from '../../model/series.ts'
import { addSketch, emptySketch, finishSketch, type SketchBuffer } from '../../model/sketch.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import { compare, type Frame, replicaHistory, rounded } from './accumulate.ts'
import type { Slots } from './queries.ts'

interface Resource {
  readonly sketch: SketchBuffer
  readonly days: DailyUsage[]
  readonly highest: Uint8Array
  readonly total: Uint8Array
  peak: number
  samples: number
}

interface Container {
  cpu?: Resource
  memory?: Resource
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

/** Puts the observations of single days (or of parts of a cluster) together into those of the whole window. */
export interface Merger {
  /** Days may come in any order. Where a slot of a workload comes twice, its higher level counts and all its samples do. */
  add(observations: readonly Observation[]): void
  finish(): readonly Observation[]
}

/** An empty merger. It grows with containers and slots. */
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
        // What is packed need not be held twice.
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
    const whole = container[resource] ?? emptyResource(slots)
    container[resource] = whole
    addResource(slots, whole, part)
  }
  container.oomKills += usage.oomKills
  container.oomTimes.push(...(usage.oomTimes ?? []))
  container.throttling.push(...(usage.throttling ?? []))
}

const emptyResource = ({ count }: Slots): Resource => ({
  sketch: emptySketch(),
  days: [],
  highest: new Uint8Array(count),
  total: new Uint8Array(count),
  peak: 0,
  samples: 0,
})

function addResource(slots: Slots, whole: Resource, part: ResourceUsage): void {
  addSketch(whole.sketch, part.sketch)
  if (part.daily !== undefined) whole.days.push(part.daily)
  whole.peak = Math.max(whole.peak, part.peak)
  whole.samples += part.samples
  place(slots, whole.highest, part.highest)
  place(slots, whole.total, part.total ?? part.highest)
}

function place(slots: Slots, levels: Uint8Array, part: ResourceUsage['highest']): void {
  if (part === undefined) return
  const offset = Math.round((part.first - slots.first) / slots.step)
  for (const [at, level] of unpackBytes(part.packed).entries()) {
    const slot = offset + at
    if (slot >= 0 && slot < levels.length) levels[slot] = Math.max(levels[slot] ?? 0, level)
  }
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
  // A count that never moved stands for the slots in which memory was seen.
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

function finishEntry(
  slots: Slots,
  { workload, containers, pods, unhealthy }: Entry,
  frame: Frame,
): Observation {
  const seen = seenSlots(slots, containers)
  const [first, last] = [seen.indexOf(1), seen.lastIndexOf(1)]
  const replicas = replicaHistory(slots, pods)
  return {
    cluster: frame.cluster,
    workload,
    window: { from: frame.window.from.toISOString(), to: frame.window.to.toISOString() },
    days: first < 0 ? 0 : rounded(((last - first + 1) * slots.step) / 86_400),
    coverage: rounded(seen.reduce((sum, slot) => sum + slot, 0) / slots.count),
    containers: [...containers]
      .sort(([one], [other]) => compare(one, other))
      .map(([name, container]) => finishContainer(slots, name, container)),
    ...(replicas === undefined ? {} : { replicas }),
    ...(unhealthy === undefined ? {} : { unhealthy }),
  }
}

function seenSlots({ count }: Slots, containers: Entry['containers']): Uint8Array {
  const seen = new Uint8Array(count)
  for (const { cpu, memory } of containers.values()) {
    for (const levels of [cpu?.highest, memory?.highest]) {
      if (levels !== undefined) for (const [slot, level] of levels.entries()) if (level > 0) seen[slot] = 1
    }
  }
  return seen
}

function finishContainer(slots: Slots, name: string, container: Container): ContainerUsage {
  const { cpu, memory, oomKills, oomTimes } = container
  const throttling = [...container.throttling].sort((one, other) => one.day - other.day)
  const sum = (part: 'periods' | 'throttled') => throttling.reduce((total, day) => total + day[part], 0)
  const periods = sum('periods')
  return {
    container: name,
    ...(cpu === undefined ? {} : { cpu: finishResource(slots, cpu) }),
    ...(memory === undefined ? {} : { memory: finishResource(slots, memory) }),
    oomKills,
    ...(oomTimes.length === 0 ? {} : { oomTimes: oomTimes.sort((one, other) => one - other) }),
    ...(periods > 0 ? { throttledShare: rounded(Math.min(1, sum('throttled') / periods)), throttling } : {}),
  }
}

function finishResource(
  slots: Slots,
  { sketch, days, highest, total, peak, samples }: Resource,
): ResourceUsage {
  const frame = { first: slots.first, step: slots.step }
  const same = total.every((level, slot) => level === highest[slot])
  const daily = oneADay(days.flatMap((part) => unpackDays(part)))
  return {
    sketch: finishSketch(sketch),
    peak,
    samples,
    daily: packDays(daily),
    highest: packLevels(frame, highest),
    ...(same ? {} : { total: packLevels(frame, total) }),
  }
}

/** In rising order; parts of the same day become one. */
function oneADay(parts: readonly DayUsage[]): readonly DayUsage[] {
  const days = new Map<number, DayUsage>()
  for (const part of parts) {
    const known = days.get(part.day)
    days.set(part.day, known === undefined ? part : bothOf(known, part))
  }
  return [...days.values()].sort((one, other) => one.day - other.day)
}

function bothOf(one: DayUsage, other: DayUsage): DayUsage {
  const sketch = emptySketch()
  addSketch(sketch, one.sketch)
  addSketch(sketch, other.sketch)
  const [peak, samples] = [Math.max(one.peak, other.peak), one.samples + other.samples]
  return { day: one.day, sketch: finishSketch(sketch), peak, samples }
}
