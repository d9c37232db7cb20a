import { keyOf, noise } from './noise.ts'
import { type FleetWindow, type Pod, planPods } from './pods.ts'
import { prodWorkloads } from './prod.ts'
import { stagingWorkloads } from './staging.ts'
import type { Traces } from './traces.ts'
import {
  cpuAt,
  type Demand,
  type Life,
  livesOf,
  type Member,
  memoryAt,
  type Scene,
  type Throttling,
  throttlingAt,
} from './usage.ts'
import type { FleetContainer, FleetWorkload } from './workload.ts'

/** Fourteen days that end with Sunday the 13th of September 2026, in steps of five minutes. */
const fleetWindow: FleetWindow = {
  from: Date.UTC(2026, 7, 31) / 1000,
  to: Date.UTC(2026, 8, 14) / 1000,
  step: 300,
}

/** Options of a fleet. `traces` replace the generated CPU usage of every container by real usage. */
export interface FleetOptions {
  readonly seed: number
  readonly traces?: Traces
}

/** The workloads of both clusters with all their usage. The same options always give the same values. */
export interface Fleet {
  readonly window: FleetWindow
  readonly workloads: readonly FleetWorkload[]
  /** Every pod of a workload in the window, oldest first. */
  pods(workload: FleetWorkload): readonly Pod[]
  /** The number of pods at a time. */
  replicas(workload: FleetWorkload, time: number): number
  /** Mean CPU in millicores over the step that holds a time. */
  cpu(member: Member, time: number): number
  /** Working set in bytes. */
  memory(member: Member, time: number): number
  /** CFS periods of the step that holds a time; `undefined` without a CPU limit. */
  throttling(member: Member, time: number): Throttling | undefined
  /** The container's lives, one for each start. */
  lives(member: Member): readonly Life[]
  /** False while the cluster's metrics were not gathered: a short outage one night. */
  scraped(workload: FleetWorkload, time: number): boolean
}

/** The demo's two clusters. */
export function createFleet(options: FleetOptions): Fleet {
  const workloads = [...prodWorkloads, ...stagingWorkloads]
  const built = new Map(workloads.map((workload) => [workload, build(workload, options)]))
  const of = (workload: FleetWorkload): Built => {
    const found = built.get(workload)
    if (found === undefined) throw new Error(`${workload.name} is not a workload of this fleet`)
    return found
  }
  const scene = (member: Member): Scene => ({
    ...member,
    seed: options.seed,
    window: fleetWindow,
    demand: of(member.workload).demand,
    replicas: (time) => of(member.workload).replicas[slotOf(time)] ?? 0,
  })
  return {
    window: fleetWindow,
    workloads,
    pods: (workload) => of(workload).pods,
    replicas: (workload, time) => of(workload).replicas[slotOf(time)] ?? 0,
    cpu: (member, time) => cpuAt(scene(member), slotStart(time)),
    memory: (member, time) => memoryAt(scene(member), time),
    throttling: (member, time) => throttlingAt(scene(member), slotStart(time)),
    lives: (member) => livesOf(scene(member)),
    scraped: ({ cluster }, time) => cluster !== 'prod' || time < outage.from || time >= outage.to,
  }
}

const outage = { from: Date.UTC(2026, 8, 8, 2, 10) / 1000, to: Date.UTC(2026, 8, 8, 2, 50) / 1000 }

const slotOf = (time: number): number => Math.floor((time - fleetWindow.from) / fleetWindow.step)
const slotStart = (time: number): number => fleetWindow.from + slotOf(time) * fleetWindow.step

interface Built {
  readonly demand: Demand
  readonly replicas: readonly number[]
  readonly pods: readonly Pod[]
}

function build(workload: FleetWorkload, options: FleetOptions): Built {
  const demand = demandOf(workload, options)
  const length = (fleetWindow.to - fleetWindow.from) / fleetWindow.step
  const wanted = Array.from({ length }, (_, slot) => wantedReplicas(workload, demand, slot))
  // Scaled up at once, and down after half an hour.
  const replicas = wanted.map((count, slot) =>
    count === 0 ? 0 : Math.max(count, ...wanted.slice(Math.max(0, slot - 6), slot)),
  )
  return {
    demand,
    replicas,
    pods: planPods({ seed: options.seed, window: fleetWindow, workload, replicas }),
  }
}

function demandOf(workload: FleetWorkload, { seed, traces = [] }: FleetOptions): Demand {
  return (container, time) => {
    const key = keyOf(seed, workload.cluster, workload.name, container.name)
    const column = traces[key % Math.max(1, traces.length)]
    if (column === undefined) return container.cpu.level * container.cpu.shape(time, key)
    const row = Math.max(0, slotOf(time)) % column.length
    return ((column[row] ?? 0) / 100) * machine(workload, container)
  }
}

/** The size of the machine that a trace's percentages refer to: twice the requests of all pods. */
function machine({ replicas }: FleetWorkload, { name, requests, cpu }: FleetContainer): number {
  const pods = replicas.kind === 'autoscaled' && replicas.container === name ? replicas.min : 1
  return 2 * pods * (requests.cpu ?? 4 * cpu.level)
}

function wantedReplicas(workload: FleetWorkload, demand: Demand, slot: number): number {
  const time = fleetWindow.from + slot * fleetWindow.step
  const { replicas, bornDaysAgo = 99 } = workload
  if (time < fleetWindow.to - bornDaysAgo * 86_400) return 0
  if (replicas.kind === 'fixed') return replicas.count
  const watched = workload.containers.find(({ name }) => name === replicas.container)
  const scalePoint = ((watched?.requests.cpu ?? 0) * replicas.target) / 100
  if (watched === undefined || scalePoint === 0) return replicas.min
  // An autoscaler sees the last minutes, not the current one, and ignores deviations below 10 %.
  const seen = demand(watched, time - fleetWindow.step) * (0.95 + 0.1 * noise(keyOf(workload.name), slot))
  return Math.min(replicas.max, Math.max(replicas.min, Math.ceil(seen / scalePoint - 0.1)))
}
