import type {
  ContainerUsage,
  DayThrottling,
  Observation,
  ReplicaHistory,
} from '../../../plugin/model/observation.ts'
import { dayOf, type SlotFrame, usageRecorder } from '../../../plugin/model/recorder.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { cpuScale, memoryScale } from '../../../plugin/model/sketch.ts'
import { createFleet, type Fleet } from './fleet.ts'
import type { Member } from './usage.ts'
import { type FleetContainer, type FleetWorkload, fleetNamespace } from './workload.ts'

/** The seed of the demo's snapshot. */
export const demoSeed = 20_260_914

/** The text of the demo's snapshot: the observations of the demo's fleet at the end of its window. */
export function recordDemo(): string {
  const fleet = createFleet({ seed: demoSeed })
  return snapshotText(observeFleet(fleet), iso(fleet.window.to))
}

/** The exact observation of every workload over the whole window. */
export const observeFleet = (fleet: Fleet): readonly Observation[] =>
  fleet.workloads.map((workload) => observe(fleet, workload))

/** A snapshot file with one observation on each line. `recordedAt` is ISO 8601. */
export function snapshotText(observations: readonly Observation[], recordedAt: string): string {
  const head = JSON.stringify({ kind: 'TortoiseSnapshot', version: 2, recordedAt }).slice(0, -1)
  const lines = observations.map((observation) => JSON.stringify(observation))
  return `${head},"observations":[\n${lines.join(',\n')}\n]}\n`
}

function observe(fleet: Fleet, workload: FleetWorkload): Observation {
  const { from, to, step } = fleet.window
  const slots = slotsOf(fleet, workload)
  const [first = to, last = to] = [slots[0], slots.at(-1)]
  return {
    cluster: workload.cluster,
    workload: { apiVersion: 'apps/v1', kind: workload.kind, namespace: fleetNamespace, name: workload.name },
    window: { from: iso(from), to: iso(to) },
    days: rounded((last - first) / 86_400, 2),
    coverage: rounded(slots.length / ((to - from) / step), 4),
    containers: workload.containers.map((container) => usageOf(fleet, workload, container)),
    replicas: replicaHistory(fleet, workload, slots),
    ...unhealthy(workload),
  }
}

/** The steps of the window for which the workload's metrics exist. */
function slotsOf(fleet: Fleet, workload: FleetWorkload): readonly number[] {
  const { from, to, step } = fleet.window
  return Array.from({ length: (to - from) / step }, (_, slot) => from + slot * step).filter(
    (time) => fleet.scraped(workload, time) && fleet.replicas(workload, time) > 0,
  )
}

/** The window's slots; a step that begins at a time is the slot that ends with it. */
const frameOf = ({ window: { from, to, step } }: Fleet): SlotFrame => ({
  first: from + step,
  step,
  count: (to - from) / step,
})

function usageOf(fleet: Fleet, workload: FleetWorkload, container: FleetContainer): ContainerUsage {
  const frame = frameOf(fleet)
  const [cpu, memory] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
  const cfs = new Map<number, { periods: number; throttled: number }>()
  const members = fleet.pods(workload).map((pod): Member => ({ workload, container, pod }))
  for (const member of members) {
    for (let time = member.pod.from; time < member.pod.to; time += fleet.window.step) {
      if (!fleet.scraped(workload, time)) continue
      const slot = (time - fleet.window.from) / frame.step
      cpu.add(slot, fleet.cpu(member, time))
      memory.add(slot, fleet.memory(member, time))
      const seen = fleet.throttling(member, time)
      if (seen === undefined) continue
      const day = dayOf(time + frame.step, frame.step)
      const { periods, throttled } = cfs.get(day) ?? { periods: 0, throttled: 0 }
      cfs.set(day, { periods: periods + seen.periods, throttled: throttled + seen.throttled })
    }
  }
  const kills = members
    .flatMap((member) => fleet.lives(member))
    .filter(({ reason }) => reason === 'OOMKilled')
  const [usedCpu, usedMemory] = [cpu.finish(), memory.finish()]
  return {
    container: container.name,
    ...(usedCpu === undefined ? {} : { cpu: usedCpu }),
    ...(usedMemory === undefined ? {} : { memory: usedMemory }),
    oomKills: kills.length,
    ...(kills.length === 0 ? {} : { oomTimes: kills.map(({ to }) => to).sort((one, other) => one - other) }),
    ...throttlingOf(cfs),
  }
}

function throttlingOf(
  cfs: ReadonlyMap<number, { periods: number; throttled: number }>,
): Pick<ContainerUsage, 'throttledShare' | 'throttling'> {
  const throttling = [...cfs]
    .sort(([one], [other]) => one - other)
    .map(([day, seen]): DayThrottling => ({ day, ...seen }))
  const [periods, throttled] = (['periods', 'throttled'] as const).map((part) =>
    throttling.reduce((sum, day) => sum + day[part], 0),
  )
  if (periods === undefined || throttled === undefined || periods === 0) return {}
  return { throttledShare: rounded(throttled / periods, 4), throttling }
}

function replicaHistory(fleet: Fleet, workload: FleetWorkload, slots: readonly number[]): ReplicaHistory {
  const counts = slots.map((time) => fleet.replicas(workload, time))
  const [min, max] = [Math.min(...counts), Math.max(...counts)]
  const mean = rounded(counts.reduce((sum, count) => sum + count, 0) / counts.length, 2)
  if (min === max) return { min, max, mean }
  const frame = frameOf(fleet)
  const bySlot = new Float64Array(frame.count).fill(Number.NaN)
  for (const [index, time] of slots.entries())
    bySlot[(time - fleet.window.from) / frame.step] = counts[index] ?? 0
  return { min, max, mean, series: packCounts(frame, bySlot) }
}

function unhealthy({ crashingForHours, containers }: FleetWorkload): Pick<Observation, 'unhealthy'> {
  if (crashingForHours === undefined) return {}
  return { unhealthy: `container ${containers[0]?.name} is in CrashLoopBackOff` }
}

const iso = (time: number): string => new Date(time * 1000).toISOString().replace('.000', '')
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
