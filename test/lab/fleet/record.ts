import type {
  ContainerUsage,
  Observation,
  ReplicaHistory,
  ResourceUsage,
} from '../../../plugin/model/observation.ts'
import {
  addSample,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
  type SketchScale,
} from '../../../plugin/model/sketch.ts'
import { createFleet, type Fleet } from './fleet.ts'
import type { Member } from './usage.ts'
import { type FleetContainer, type FleetWorkload, fleetNamespace } from './workload.ts'

/** The seed of the demo's snapshot. */
export const demoSeed = 20_260_914

/** The text of the demo's snapshot: the demo's fleet as seen at the end of its window. */
export function recordDemo(): string {
  const fleet = createFleet({ seed: demoSeed })
  return snapshotText(observeFleet(fleet), iso(fleet.window.to))
}

/** What a perfect observer would have seen of every workload over the whole window. */
export const observeFleet = (fleet: Fleet): readonly Observation[] =>
  fleet.workloads.map((workload) => observe(fleet, workload))

/** A snapshot file: one observation a line. `recordedAt` is ISO 8601. */
export function snapshotText(observations: readonly Observation[], recordedAt: string): string {
  const head = JSON.stringify({ kind: 'TortoiseSnapshot', version: 1, recordedAt }).slice(0, -1)
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
    replicas: replicaHistory(slots.map((time) => fleet.replicas(workload, time))),
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

function usageOf(fleet: Fleet, workload: FleetWorkload, container: FleetContainer): ContainerUsage {
  const [cpu, memory] = [recorder(cpuScale), recorder(memoryScale)]
  const cfs = { periods: 0, throttled: 0 }
  const members = fleet.pods(workload).map((pod): Member => ({ workload, container, pod }))
  for (const member of members) {
    for (let time = member.pod.from; time < member.pod.to; time += fleet.window.step) {
      if (!fleet.scraped(workload, time)) continue
      cpu.add(fleet.cpu(member, time))
      memory.add(fleet.memory(member, time))
      const throttling = fleet.throttling(member, time)
      cfs.periods += throttling?.periods ?? 0
      cfs.throttled += throttling?.throttled ?? 0
    }
  }
  const kills = members
    .flatMap((member) => fleet.lives(member))
    .filter(({ reason }) => reason === 'OOMKilled')
  const throttledShare = cfs.periods === 0 ? {} : { throttledShare: rounded(cfs.throttled / cfs.periods, 4) }
  return {
    container: container.name,
    cpu: cpu.finish(),
    memory: memory.finish(),
    oomKills: kills.length,
    ...throttledShare,
  }
}

interface Recorder {
  add(value: number): void
  finish(): ResourceUsage
}

function recorder(scale: SketchScale): Recorder {
  const buffer = emptySketch()
  const seen = { peak: 0, samples: 0 }
  return {
    add: (value) => {
      addSample(buffer, scale, value)
      seen.peak = Math.max(seen.peak, value)
      seen.samples += 1
    },
    finish: () => ({ sketch: finishSketch(buffer), peak: seen.peak, samples: seen.samples }),
  }
}

function replicaHistory(counts: readonly number[]): ReplicaHistory {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return { min: Math.min(...counts), max: Math.max(...counts), mean: rounded(total / counts.length, 2) }
}

function unhealthy({ crashingForHours, containers }: FleetWorkload): Pick<Observation, 'unhealthy'> {
  if (crashingForHours === undefined) return {}
  return { unhealthy: `container ${containers[0]?.name} is in CrashLoopBackOff` }
}

const iso = (time: number): string => new Date(time * 1000).toISOString().replace('.000', '')
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
