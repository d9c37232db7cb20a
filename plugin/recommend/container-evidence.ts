import type { ContainerUsage, Observation } from '../model/observation.ts'
import type { SeriesFrame } from '../model/series.ts'
import { usageValues } from '../model/series.ts'
import { cpuScale, memoryScale } from '../model/sketch.ts'
import type { Evidence } from './evidence.ts'

const secondsPerDay = 86_400
/** A longer gap between samples, in seconds, is time without a pod: scrapes that fail leave shorter ones. */
const longestGap = 1800
/** So many workloads without a sample at the same time show that nothing was recorded. */
const leastWorkloads = 3
/** Kinds whose pods come and go by design: every gap is time without a pod. */
const comesAndGoes = /^(Cron)?Job$/

/** Whether a cluster recorded any sample at a time, in seconds since 1970. */
export type WasRecorded = (time: number) => boolean

/**
 * The evidence of one container: the days on which it has samples, and the share of the time with a pod that has them. A
 * container that was added yesterday has one day, whatever its pod has; a workload that stops at night lacks nothing.
 */
export function containerEvidence(evidence: Evidence, usage: ContainerUsage): Evidence {
  const { observation, wasRecorded } = evidence
  const slots = slotsOf(usage)
  const [first, last] = [slots?.present[0], slots?.present.at(-1)]
  if (slots === undefined || first === undefined || last === undefined) return evidence
  const { step } = slots.frame
  const withSamples = new Set(
    slots.present.map((slot) => Math.floor(timeOf(slots.frame, slot) / secondsPerDay)),
  )
  const days = Math.min(observation.days, ((last - first + 1) * step) / secondsPerDay, withSamples.size)
  const missing = missingSlots(slots, { kind: observation.workload.kind, wasRecorded })
  const ran = slots.present.length + missing
  // The coverage of the workload is over the whole window, with the time in which nothing ran.
  const coverage = Math.min(slots.present.length / ran, (observation.coverage * slots.total) / ran)
  return { ...evidence, observation: { ...observation, days, coverage } }
}

interface Slots {
  readonly frame: SeriesFrame
  readonly total: number
  /** The numbers of those with samples, rising. */
  readonly present: readonly number[]
}

// A slot covers the seconds that end at its time.
const timeOf = ({ first, step }: SeriesFrame, slot: number): number => first + slot * step - 1

function slotsOf({ cpu, memory }: ContainerUsage): Slots | undefined {
  const series = cpu?.highest ?? memory?.highest
  if (series === undefined) return undefined
  const present: number[] = []
  const values = usageValues(series, cpu?.highest === undefined ? memoryScale : cpuScale)
  for (const [slot, value] of values.entries()) if (!Number.isNaN(value)) present.push(slot)
  return { frame: series, total: values.length, present }
}

interface Running {
  readonly kind: string
  readonly wasRecorded?: WasRecorded | undefined
}

/** The number of slots in which a pod ran without leaving a sample, or in which nothing was recorded. */
function missingSlots({ frame, present }: Slots, { kind, wasRecorded = () => true }: Running): number {
  const mostlyShort = comesAndGoes.test(kind) ? 0 : longestGap / frame.step
  let missing = 0
  for (const [index, slot] of present.entries()) {
    const before = present[index - 1] ?? slot
    const empty = slot - before - 1
    if (empty <= 0) continue
    if (empty <= mostlyShort) missing += empty
    else for (let at = before + 1; at < slot; at += 1) if (!wasRecorded(timeOf(frame, at))) missing += 1
  }
  return missing
}

const known = new WeakMap<readonly Observation[], WasRecorded>()
/** So many workloads show when anything was recorded. */
const mostWorkloads = 200

/** Whether some workload of a cluster has samples at a time. Computed at the first call: few containers have long gaps. */
export function recordedTimes(observations: readonly Observation[]): WasRecorded {
  const before = known.get(observations)
  if (before !== undefined) return before
  let hours: ReadonlySet<number> | undefined
  const wasRecorded: WasRecorded = (time) => {
    hours ??= halfHoursWithSamples(observations)
    return hours.size === 0 || hours.has(Math.floor(time / longestGap))
  }
  known.set(observations, wasRecorded)
  return wasRecorded
}

/** Half hours since 1970 with samples; empty for too few workloads to distinguish an outage from a stop. */
function halfHoursWithSamples(observations: readonly Observation[]): ReadonlySet<number> {
  const slots = observations
    .slice(0, mostWorkloads)
    .flatMap(({ containers }) => containers.slice(0, 1).flatMap((one) => slotsOf(one) ?? []))
  const found = new Set<number>()
  if (slots.length < leastWorkloads) return found
  for (const { frame, present } of slots)
    for (const slot of present) found.add(Math.floor(timeOf(frame, slot) / longestGap))
  return found
}
