import { keyOf, noise } from './noise.ts'
import type { FleetWindow, Pod } from './pods.ts'
import type { FleetContainer, FleetWorkload } from './workload.ts'

/** One container of one pod. */
export interface Member {
  readonly workload: FleetWorkload
  readonly container: FleetContainer
  readonly pod: Pod
}

/** The demand on a container at a time, in millicores. */
export type Demand = (container: FleetContainer, time: number) => number

/** A member with all that decides its usage. */
export interface Scene extends Member {
  readonly seed: number
  readonly window: FleetWindow
  readonly demand: Demand
  readonly replicas: (time: number) => number
}

/** One life of a container: from a start to the end of the pod, or to the failure that `reason` names. */
export interface Life {
  readonly from: number
  readonly to: number
  readonly reason?: 'OOMKilled' | 'Error'
}

/** CFS periods of one step: all in which the container ran, and those in which it was throttled. */
export interface Throttling {
  readonly periods: number
  readonly throttled: number
}

const mebibyte = 1024 ** 2
const page = 4096
const day = 86_400

/** Mean CPU in millicores over the step that begins at `time`. */
export function cpuAt(scene: Scene, time: number): number {
  const { container, workload, pod } = scene
  const shared = isWatched(workload, container) ? Math.max(1, scene.replicas(time)) : 1
  const key = keyOf(scene.seed, pod.name, container.name, 'cpu')
  const uneven = (0.94 + 0.12 * noise(key, -1)) * (0.93 + 0.14 * noise(key, time))
  const starting = ageAt(scene, time) < 600 ? (container.cpu.startup ?? 0) : 0
  const wanted = (scene.demand(container, time) / shared) * uneven + starting
  return Math.round(Math.min(wanted, container.limits.cpu ?? wanted) * 1000) / 1000
}

/** Working set in bytes, in whole pages. */
export function memoryAt(scene: Scene, time: number): number {
  const { container, seed, pod } = scene
  const key = keyOf(seed, pod.name, container.name, 'memory')
  const share = container.memory.shape({ time, age: ageAt(scene, time) }, key)
  const calm = container.memory.level * share * (0.985 + 0.03 * noise(key, time))
  const brim = 0.99 * (container.limits.memory ?? 2 * calm)
  const used = Math.min(calm + (brim - calm) * pressure(scene, time), brim)
  return Math.round((used * mebibyte) / page) * page
}

/** CFS periods of the step that begins at `time`; `undefined` without a CPU limit. */
export function throttlingAt(scene: Scene, time: number): Throttling | undefined {
  const limit = scene.container.limits.cpu
  if (limit === undefined) return undefined
  const cpu = cpuAt(scene, time)
  const key = keyOf(scene.seed, scene.pod.name, scene.container.name, 'throttling')
  const periods = Math.round(scene.window.step * 10 * Math.min(1, 0.2 + cpu / 200))
  const held = Math.min(0.9, ((scene.container.throttle ?? 0.02) * cpu * (0.5 + noise(key, time))) / limit)
  return { periods, throttled: Math.round(periods * held) }
}

/** The lives of a container, in order; each but the last ends in a failure. */
export function livesOf(scene: Scene): readonly Life[] {
  const failures = [...eveningKills(scene), ...crashes(scene)]
  const starts = [scene.pod.from, ...failures.map(({ time }) => time)]
  return starts.map((from, index) => {
    const failure = failures[index]
    return failure === undefined
      ? { from, to: scene.pod.to }
      : { from, to: failure.time, reason: failure.reason }
  })
}

const isWatched = ({ replicas }: FleetWorkload, { name }: FleetContainer): boolean =>
  replicas.kind === 'autoscaled' && replicas.container === name

function ageAt(scene: Scene, time: number): number {
  const life = livesOf(scene).findLast(({ from }) => from <= time)
  return time - (life?.from ?? scene.pod.from)
}

/** From 0 to 1 in the three quarters of an hour before a kill. */
function pressure(scene: Scene, time: number): number {
  const kill = eveningKills(scene).find((one) => one.time > time)
  if (kill === undefined) return 0
  return Math.max(0, 1 - (kill.time - time - scene.window.step) / 2700)
}

interface Failure {
  readonly time: number
  readonly reason: 'OOMKilled' | 'Error'
}

function eveningKills({ seed, pod, container, window }: Scene): readonly Failure[] {
  const chance = container.eveningKills
  if (chance === undefined) return []
  const key = keyOf(seed, pod.name, container.name, 'kills')
  const days = Array.from(
    { length: (window.to - window.from) / day },
    (_, index) => window.from + index * day,
  )
  return days.flatMap((midnight) => {
    const time = midnight + 18 * 3600 + Math.floor(noise(key, midnight) * 97) * window.step
    const struck = noise(key, midnight + 1) < chance && time > pod.from + 3600 && time < pod.to
    return struck ? [{ time, reason: 'OOMKilled' }] : []
  })
}

function crashes({ workload, window }: Scene): readonly Failure[] {
  if (workload.crashingForHours === undefined) return []
  const since = window.to - workload.crashingForHours * 3600
  const length = (window.to - since) / window.step
  return Array.from({ length }, (_, index) => ({ time: since + index * window.step, reason: 'Error' }))
}
