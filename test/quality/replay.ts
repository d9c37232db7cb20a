import type { Machine } from './machine.ts'
import type { Rule } from './rules.ts'
import { daySamples, type Trace } from './traces.ts'

/** The result for one machine: sums over samples, in millicores. */
export interface Replay {
  readonly requested: number
  readonly used: number
  readonly samples: number
  readonly samplesAbove: number
  readonly volumeAbove: number
  readonly changes: number
}

/** When a replay decides: days before the first decision, and days between decisions. */
export interface ReplaySchedule {
  readonly trainDays: number
  readonly cadence: number
  readonly machine: Machine
}

/** Replays a trace day by day: each decision uses the samples before it and is scored on the samples after it. */
export function replay(trace: Trace, rule: Rule, { trainDays, cadence, machine }: ReplaySchedule): Replay {
  const sum = { requested: 0, used: 0, samples: 0, samplesAbove: 0, volumeAbove: 0, changes: 0 }
  let request = 0
  let changedAt: number | undefined
  const start = trainDays * daySamples
  for (let now = start; now < trace.cpu.length; now += daySamples) {
    const day = (now - start) / daySamples
    if (day % cadence === 0) {
      const changed = changedAt === undefined ? {} : { changedDaysAgo: day - changedAt }
      const current = day === 0 ? {} : { current: { request, ...changed } }
      const next = rule({ trace, now, machine, cadence, ...current })
      if (day > 0 && next !== request) {
        sum.changes += 1
        changedAt = day
      }
      request = next
    }
    for (const share of trace.cpu.slice(now, now + daySamples))
      addSample(sum, request, (share * machine.millicores) / 100)
  }
  return sum
}

function addSample(sum: { -readonly [K in keyof Replay]: number }, request: number, used: number): void {
  sum.requested += request
  sum.used += used
  sum.samples += 1
  sum.samplesAbove += used > request ? 1 : 0
  sum.volumeAbove += Math.max(0, used - request)
}

/** Figures of several machines together. */
export interface Pooled {
  readonly requestedOverUsed: number
  readonly percentAbove: number
  readonly volumePercentAbove: number
  readonly machinesOften: number
  readonly changesPerMachine: number
}

/** Pools machines: sums of requests and usage, the mean time above the request, and the machines above it for more than 5 % of the time. */
export function pool(replays: readonly Replay[]): Pooled {
  const total = (part: keyof Replay) => replays.reduce((sum, one) => sum + one[part], 0)
  const shares = replays.map(({ samplesAbove, samples }) => samplesAbove / samples)
  return {
    requestedOverUsed: rounded(total('requested') / total('used'), 3),
    percentAbove: rounded((shares.reduce((sum, share) => sum + share, 0) / shares.length) * 100, 2),
    volumePercentAbove: rounded((total('volumeAbove') / total('used')) * 100, 2),
    machinesOften: shares.filter((share) => share > 0.05).length,
    changesPerMachine: rounded(total('changes') / replays.length, 2),
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
