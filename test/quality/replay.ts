import type { Machine } from './machine.ts'
import type { Rule } from './rules.ts'
import { daySamples, type Trace } from './traces.ts'

/** The result for one machine: sums over samples of all replays, in millicores. */
export interface Replay {
  readonly requested: number
  readonly used: number
  readonly samples: number
  readonly samplesAbove: number
  readonly volumeAbove: number
  readonly changes: number
  /** Days that were scored, over all replays. */
  readonly days: number
}

/** When replays decide: days before the first decision of each replay, and days between decisions. */
export interface ReplaySchedule {
  /** One replay for each: a single start day is luck. */
  readonly starts: readonly number[]
  readonly cadence: number
  readonly machine: Machine
}

type Sums = { -readonly [K in keyof Replay]: number }

/** Replays a trace from each start day: each decision uses the samples before it and is scored on the samples after it. */
export function replay(trace: Trace, rule: () => Rule, schedule: ReplaySchedule): Replay {
  const sum = { requested: 0, used: 0, samples: 0, samplesAbove: 0, volumeAbove: 0, changes: 0, days: 0 }
  const days = sortedDays(trace, schedule.machine)
  for (const start of schedule.starts) replayFrom(start, { trace, days, rule: rule(), schedule, sum })
  return sum
}

interface StartedReplay {
  readonly trace: Trace
  readonly days: readonly Float64Array[]
  readonly rule: Rule
  readonly schedule: ReplaySchedule
  readonly sum: Sums
}

function replayFrom(start: number, { trace, days, rule, schedule, sum }: StartedReplay): void {
  const { cadence, machine } = schedule
  let request = 0
  let changedAt: number | undefined
  for (let day = 0; start + day < days.length; day += 1) {
    if (day % cadence === 0) {
      const changed = changedAt === undefined ? {} : { changedDaysAgo: day - changedAt }
      const current = day === 0 ? {} : { current: { request, ...changed } }
      const next = rule({ trace, now: (start + day) * daySamples, machine, cadence, ...current })
      if (day > 0 && next !== request) {
        sum.changes += 1
        changedAt = day
      }
      request = next
    }
    addDay(sum, request, days[start + day] ?? new Float64Array())
  }
}

const known = new WeakMap<Trace, Map<number, readonly Float64Array[]>>()

/** The whole days of a trace in millicores, the samples of each in rising order. */
function sortedDays(trace: Trace, { millicores }: Machine): readonly Float64Array[] {
  const bySize = known.get(trace) ?? new Map<number, readonly Float64Array[]>()
  known.set(trace, bySize)
  const days =
    bySize.get(millicores) ??
    Array.from({ length: Math.floor(trace.cpu.length / daySamples) }, (_, day) =>
      Float64Array.from(
        trace.cpu.slice(day * daySamples, (day + 1) * daySamples),
        (share) => (share * millicores) / 100,
      ).sort(),
    )
  bySize.set(millicores, days)
  return days
}

function addDay(sum: Sums, request: number, samples: Float64Array): void {
  sum.days += 1
  sum.samples += samples.length
  sum.requested += request * samples.length
  for (const used of samples) sum.used += used
  for (let at = samples.length - 1; at >= 0; at -= 1) {
    const above = (samples[at] ?? 0) - request
    if (above <= 0) break
    sum.samplesAbove += 1
    sum.volumeAbove += above
  }
}

/** Figures of several machines together. */
export interface Pooled {
  readonly requestedOverUsed: number
  readonly percentAbove: number
  readonly volumePercentAbove: number
  readonly machinesOften: number
  /** In two weeks. */
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
    changesPerMachine: rounded((total('changes') / total('days')) * 14, 2),
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
