import type { OutcomeFigures, Prices } from '../../model/backtest.ts'
import type { DeclaredContainer } from '../../model/declared.ts'
import type { ContainerField } from '../../model/field.ts'
import type { ContainerUsage, Observation } from '../../model/observation.ts'
import { cpuScale, memoryScale } from '../../model/sketch.ts'
import type { ReadField } from './apply.ts'
import { figuresOf, rounded } from './figures.ts'
import { pods, type RunPods, type Valued } from './pods.ts'
import { type Sampled, sampled } from './sampled.ts'
import { addScores, noScores, type Scores } from './score.ts'

const gibibyte = 1024 ** 3

/** How one container stands under its values. */
export interface ContainerOutcome {
  readonly name: string
  readonly usage: ContainerUsage
  readonly request: { readonly cpu: number | undefined; readonly memory: number | undefined }
  readonly limit: { readonly cpu: number; readonly memory: number }
  /** Its CPU samples held against request and limit; reckoned when asked for. */
  readonly cpu: () => Sampled | undefined
  /** How much more of the load each pod takes than when it was recorded. */
  readonly crowding: number
  /** Days whose highest memory lies above the request, and above the limit. */
  readonly daysAbove: number
  readonly daysOver: number
}

/** How a workload stands on its recorded history under some values. */
export interface WorkloadOutcome {
  readonly containers: readonly ContainerOutcome[]
  readonly pods: RunPods
  readonly days: number
}

/**
 * Holds a workload's recorded samples against its values; an HPA is simulated where its demand was recorded by the slot.
 * `today` is how it stands under the values in force while the history was recorded.
 */
export function outcomeOf(
  valued: Valued,
  observation: Observation,
  today?: WorkloadOutcome,
): WorkloadOutcome {
  const { declared, read } = valued
  const ran = pods(valued, observation, today?.pods)
  const crowding = (today?.pods.mean ?? ran.mean) / ran.mean
  const containers = declared.containers.flatMap((container) => {
    const usage = observation.containers.find((one) => one.container === container.name)
    return usage === undefined || container.role === 'init'
      ? []
      : [held(container, usage, { read, crowding })]
  })
  return { containers, pods: ran, days: observation.days }
}

function held(
  container: DeclaredContainer,
  usage: ContainerUsage,
  { read, crowding }: { readonly read: ReadField; readonly crowding: number },
): ContainerOutcome {
  const value = (field: ContainerField) => read(container, field)
  const request = { cpu: value('requests.cpu'), memory: value('requests.memory') }
  const limit = {
    cpu: value('limits.cpu') ?? Number.POSITIVE_INFINITY,
    memory: value('limits.memory') ?? Number.POSITIVE_INFINITY,
  }
  const peaks = usage.memory?.daily?.peaks ?? (usage.memory === undefined ? [] : [usage.memory.peak])
  const over = (bound: number): number => peaks.reduce((count, peak) => (peak > bound ? count + 1 : count), 0)
  return {
    name: container.name,
    usage,
    request,
    limit,
    cpu: () =>
      usage.cpu && sampled(usage.cpu, cpuScale, { request: request.cpu ?? 0, limit: limit.cpu, crowding }),
    crowding,
    daysAbove: over(request.memory ?? 0),
    daysOver: over(limit.memory),
  }
}

/** The figures of a standing, for people. A kill on record counts under every limit that is no higher than today's. */
export function outcomeFigures(one: WorkloadOutcome, today: WorkloadOutcome, prices: Prices): OutcomeFigures {
  const seconds = Math.max(one.days, 1 / 24) * 86_400
  const charged = one.containers
    .map((container) =>
      chargeOf(container, { seconds, pods: one.pods.mean, recorded: one.pods.recorded, today }),
    )
    .reduce(addScores, {
      ...noScores,
      workloads: 1,
      workloadSeconds: seconds,
      podSeconds: one.pods.mean * seconds,
      atMaximumSeconds: (one.pods.atMaximum ?? 0) * seconds,
      overloadSeconds: (one.pods.short ?? 0) * seconds,
      simulatedSeconds: one.pods.short === undefined ? 0 : seconds,
    })
  const oomKills = one.containers.reduce((sum, container, index) => {
    const then = today.containers[index]?.limit.memory ?? Number.POSITIVE_INFINITY
    return sum + container.daysOver + (container.limit.memory <= then ? container.usage.oomKills : 0)
  }, 0)
  const {
    changesPerMonth: _changes,
    commitsPerMonth: _commits,
    ...figures
  } = figuresOf({ charges: { ...charged, oomKills }, changes: 0, commits: 0, days: one.days }, prices)
  return {
    ...figures,
    requestedCores: rounded(charged.cpuRequested / seconds, 3),
    requestedGibibytes: rounded(charged.memoryRequested / seconds / gibibyte, 3),
  }
}

interface Over {
  readonly seconds: number
  readonly pods: number
  /** Pods that ran when the samples were taken. */
  readonly recorded: number
  readonly today: WorkloadOutcome
}

function chargeOf({ name, usage, cpu: samples, request, limit }: ContainerOutcome, over: Over): Scores {
  const { seconds, pods: count, recorded, today } = over
  const cpu = samples()
  const then = today.containers.find((one) => one.name === name)?.limit.cpu ?? Number.POSITIVE_INFINITY
  const throttled = limit.cpu <= then ? (usage.throttledShare ?? 0) : 0
  const memory = usage.memory && sampled(usage.memory, memoryScale, unbounded)
  const cores = (millicores: number): number => (millicores / 1000) * count * seconds
  return {
    ...noScores,
    seconds: cpu === undefined ? 0 : seconds,
    cpuRequested: cores(request.cpu ?? 0),
    cpuUsed: cores(cpu?.mean ?? 0),
    memoryRequested: (request.memory ?? 0) * count * seconds,
    memoryUsed: (memory?.mean ?? 0) * recorded * seconds,
    aboveSeconds: (cpu?.above ?? 0) * seconds,
    aboveVolume: cores(cpu?.volume ?? 0),
    throttledSeconds: Math.max(cpu?.atLimit ?? 0, throttled) * seconds,
  }
}

const unbounded = { request: 0, limit: Number.POSITIVE_INFINITY, crowding: 1 }
