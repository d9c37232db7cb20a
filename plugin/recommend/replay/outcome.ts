import type { OutcomeFigures, Prices } from '../../model/backtest.ts'
import type { DeclaredContainer } from '../../model/declared-container.ts'
import type { ContainerField } from '../../model/field.ts'
import type { ContainerUsage, Observation } from '../../model/observation.ts'
import { rounded } from '../../model/rounded.ts'
import { cpuScale, memoryScale } from '../../model/sketch.ts'
import { openKills } from '../kills.ts'
import type { ReadField } from './apply.ts'
import { compareSamples, type SampleShares } from './compare-samples.ts'
import { backtestFigures } from './figures.ts'
import { type PodOutcome, podOutcome, type ReplayInput } from './pods.ts'
import { addScores, emptyScores, type Scores } from './scores.ts'

const gibibyte = 1024 ** 3

/** One container's recorded usage, compared with its values in millicores and bytes. */
export interface ContainerOutcome {
  readonly name: string
  readonly usage: ContainerUsage
  readonly request: { readonly cpu: number | undefined; readonly memory: number | undefined }
  /** `Infinity` without a limit. */
  readonly limit: { readonly cpu: number; readonly memory: number }
  /** Compares the CPU samples with request and limit; computed on each call. */
  readonly cpu: () => SampleShares | undefined
  /** Load of each pod as a multiple of its recorded load: above 1 when fewer pods run. */
  readonly loadFactor: number
  /** Days whose memory peak is above the request, and above the limit. */
  readonly daysAbove: number
  readonly daysOver: number
}

/** A workload's recorded history, compared with its values. */
export interface WorkloadOutcome {
  readonly containers: readonly ContainerOutcome[]
  readonly pods: PodOutcome
  readonly days: number
}

/**
 * Compares a workload's recorded samples with its values. An HPA is simulated when its demand was recorded by slot.
 * `today` is the outcome of the values in force while the history was recorded; left out when this is that outcome.
 */
export function outcomeOf(
  input: ReplayInput,
  observation: Observation,
  today?: WorkloadOutcome,
): WorkloadOutcome {
  const { declared, read } = input
  const pods = podOutcome(input, observation, today?.pods)
  const loadFactor = (today?.pods.mean ?? pods.mean) / pods.mean
  const containers = declared.containers.flatMap((container) => {
    const usage = observation.containers.find((one) => one.container === container.name)
    return usage === undefined || container.role === 'init'
      ? []
      : [containerOutcome(container, usage, { read, loadFactor })]
  })
  return { containers, pods, days: observation.days }
}

function containerOutcome(
  container: DeclaredContainer,
  usage: ContainerUsage,
  { read, loadFactor }: { readonly read: ReadField; readonly loadFactor: number },
): ContainerOutcome {
  const value = (field: ContainerField) => read(container, field)
  const request = { cpu: value('requests.cpu'), memory: value('requests.memory') }
  const limit = {
    cpu: value('limits.cpu') ?? Number.POSITIVE_INFINITY,
    memory: value('limits.memory') ?? Number.POSITIVE_INFINITY,
  }
  const bounds = { request: request.cpu ?? 0, limit: limit.cpu, loadFactor }
  const peaks = usage.memory?.daily?.peaks ?? (usage.memory === undefined ? [] : [usage.memory.peak])
  const daysAbove = (bound: number): number =>
    peaks.reduce((count, peak) => (peak > bound ? count + 1 : count), 0)
  return {
    name: container.name,
    usage,
    request,
    limit,
    cpu: () => usage.cpu && compareSamples(usage.cpu, cpuScale, bounds),
    loadFactor,
    daysAbove: daysAbove(request.memory ?? 0),
    daysOver: daysAbove(limit.memory),
  }
}

/**
 * The published figures of an outcome. A recorded OOM kill counts for every limit that is not higher than the limit of
 * `today`, under which it happened.
 */
export function outcomeFigures(one: WorkloadOutcome, today: WorkloadOutcome, prices: Prices): OutcomeFigures {
  const seconds = Math.max(one.days, 1 / 24) * 86_400
  const { mean, recorded, atMaximum = 0, short } = one.pods
  const scores = one.containers
    .map((container) => containerScores(container, { seconds, pods: mean, recorded, today }))
    .reduce(addScores, {
      ...emptyScores,
      workloads: 1,
      workloadSeconds: seconds,
      podSeconds: mean * seconds,
      atMaximumSeconds: atMaximum * seconds,
      overloadSeconds: (short ?? 0) * seconds,
      simulatedSeconds: short === undefined ? 0 : seconds,
    })
  const {
    changesPerMonth: _changes,
    commitsPerMonth: _commits,
    ...figures
  } = backtestFigures(
    { scores: { ...scores, oomKills: killsOf(one, today) }, changes: 0, commits: 0, days: one.days },
    prices,
  )
  return {
    ...figures,
    requestedCores: rounded(scores.cpuRequested / seconds, 3),
    requestedGibibytes: rounded(scores.memoryRequested / seconds / gibibyte, 3),
  }
}

const killsOf = (one: WorkloadOutcome, today: WorkloadOutcome): number =>
  one.containers.reduce((sum, container, index) => {
    const then = today.containers[index]?.limit.memory ?? Number.POSITIVE_INFINITY
    return sum + container.daysOver + (container.limit.memory <= then ? openKills(container.usage) : 0)
  }, 0)

interface ScoredPeriod {
  readonly seconds: number
  /** Mean number of pods under the values. */
  readonly pods: number
  /** Mean number of pods while the samples were recorded. */
  readonly recorded: number
  readonly today: WorkloadOutcome
}

function containerScores(container: ContainerOutcome, period: ScoredPeriod): Scores {
  const { name, usage, request, limit } = container
  const { seconds, pods, recorded, today } = period
  const cpu = container.cpu()
  const then = today.containers.find((one) => one.name === name)?.limit.cpu ?? Number.POSITIVE_INFINITY
  const throttled = limit.cpu <= then ? (usage.throttledShare ?? 0) : 0
  const memory = usage.memory && compareSamples(usage.memory, memoryScale, unbounded)
  const coreSeconds = (millicores: number): number => (millicores / 1000) * pods * seconds
  return {
    ...emptyScores,
    seconds: cpu === undefined ? 0 : seconds,
    cpuRequested: coreSeconds(request.cpu ?? 0),
    cpuUsed: coreSeconds(cpu?.mean ?? 0),
    memoryRequested: (request.memory ?? 0) * pods * seconds,
    memoryUsed: (memory?.mean ?? 0) * recorded * seconds,
    aboveSeconds: (cpu?.above ?? 0) * seconds,
    aboveVolume: coreSeconds(cpu?.volume ?? 0),
    throttledSeconds: Math.max(cpu?.atLimit ?? 0, throttled) * seconds,
  }
}

const unbounded = { request: 0, limit: Number.POSITIVE_INFINITY, loadFactor: 1 }
