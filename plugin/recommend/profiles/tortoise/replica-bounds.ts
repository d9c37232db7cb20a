import { podsByHourOfWeek, scheduleOf } from '../../../model/cron-schedule.ts'
import type { DeclaredAutoscaler } from '../../../model/declared.ts'
import type { Observation } from '../../../model/observation.ts'
import type { ReplicaSlot } from '../../../model/replica-slots.ts'
import { countValues } from '../../../model/series.ts'
import { week } from '../../../model/weekdays.ts'
import { type Advice, advise, reason } from '../../advice.ts'
import { leastGain, podsByHour as slotPodsByHour, windowsOf } from '../../cron-windows.ts'
import type { Evidence } from '../../evidence.ts'
import { hourOfWeekIn } from '../../local-hours.ts'
import type { ReplicaAdvice } from '../../profile.ts'
import type { TortoiseOptions } from '../../recommend-options.ts'
import type { ReplayInput } from '../../replay/pods.ts'
import { optionsOf } from './inputs.ts'
import { type Bounds, emptySlots, type Slot, slotAt, staticBounds, updateSlots } from './replicas.ts'
import { waitingReason } from './scaled.ts'

/** The most pods in each recorded hour, oldest first. Hours are counted from 1970. */
function podsByHour({ replicas }: Observation): ReadonlyMap<number, number> {
  const hours = new Map<number, number>()
  const { series } = replicas ?? {}
  if (series === undefined) return hours
  for (const [slot, pods] of countValues(series).entries()) {
    const hour = Math.floor((series.first + (slot - 1) * series.step) / 3600)
    if (!Number.isNaN(pods)) hours.set(hour, Math.max(hours.get(hour) ?? 0, pods))
  }
  return hours
}

/** Returns a function that converts an hour since 1970 to hour and weekday in a time zone. */
function clockOf(timeZone: string): (hour: number) => { readonly hour: number; readonly weekday: number } {
  const hourOfWeek = hourOfWeekIn(timeZone)
  return (hour) => {
    const local = hourOfWeek(hour * 3600)
    return { hour: local % 24, weekday: week[Math.floor(local / 24)] ?? 0 }
  }
}

/** The replica slots as Tortoise would have filled them hour by hour; `undefined` while one of them is empty. */
function filledSlots(observation: Observation, options: TortoiseOptions): readonly Slot[] | undefined {
  const clock = clockOf(options.timeZone)
  const updated = new Map<number, number>()
  let slots = emptySlots(options.rangeHours, options.weekly)
  for (const [hour, replicas] of podsByHour(observation)) {
    const now = clock(hour)
    const index = slots === undefined ? -1 : slotAt(slots, now)
    const ageHours = hour - (updated.get(index) ?? hour)
    const aged = slots?.map((slot, at) => (at === index ? { ...slot, ageHours } : slot))
    slots = aged && updateSlots(aged, { now, replicas }, options)
    updated.set(index, hour)
  }
  return slots?.every(({ max }) => max > 0) ? slots : undefined
}

/** Caps bounds at those of the options; the minimum is never above the maximum. */
function capped({ min, max }: Bounds, options: TortoiseOptions): Bounds {
  const highest = Math.min(max, options.maximumMaxReplicas)
  return { min: Math.min(min, options.maximumMinReplicas, highest), max: highest }
}

/** Replica bounds by hour, in the time zone of the options; empty until every hour has data. */
export const tortoiseSlots = (observation: Observation, options: TortoiseOptions): readonly ReplicaSlot[] =>
  (filledSlots(observation, options) ?? []).map((slot) => {
    const { min, max } = capped(slot, options)
    const { weekday, from, to } = slot
    const day = weekday === undefined ? {} : { weekday }
    return { ...day, from, to, minimum: min, maximum: max, timeZone: options.timeZone }
  })

/**
 * Whether cron triggers that are in Git already raise the minimum in each hour that needs more, and will still do so: what is only planned
 * may be declined or refuted, and then the minimum would be too low.
 */
function isScheduled(
  { schedule, maxReplicas = Number.POSITIVE_INFINITY }: Partial<DeclaredAutoscaler>,
  slots: readonly ReplicaSlot[],
  { options, lowest }: { readonly options: Evidence['options']; readonly lowest: number },
): boolean {
  if (options.replicaSlots !== 'keda' || schedule === undefined || schedule.obstacle !== undefined)
    return false
  const current = scheduleOf(schedule.text)
  const [slot] = slots
  if (current === undefined || current.windows.length === 0 || current.timeZone !== slot?.timeZone)
    return false
  const windows = windowsOf(slots, { minimum: lowest, maximum: maxReplicas })
  if (windows === undefined || windows.length === 0) return false
  const kept = podsByHourOfWeek(current)
  return slotPodsByHour(slots, maxReplicas).every(
    (needed, hour) => needed - Math.max(lowest, kept[hour] ?? 0) < leastGain,
  )
}

/**
 * Minimum and maximum of an HPA that fit every hour: the highest minimum and the highest maximum of the slots. Where cron triggers raise
 * the minimum by hour, it is the lowest one.
 */
export function tortoiseReplicas(
  { declared: { autoscaler } }: ReplayInput,
  evidence: Evidence,
): ReplicaAdvice {
  const { minReplicas, maxReplicas } = autoscaler ?? {}
  const options = optionsOf(evidence)
  const waiting = waitingReason(evidence)
  const slots = waiting === undefined ? filledSlots(evidence.observation, options) : undefined
  const bounds = slots && capped(staticBounds(slots), options)
  const lowest = slots?.reduce((least, { min }) => Math.min(least, min), bounds?.min ?? 0)
  const gathering = waiting ?? reason('tortoise.gathering', 'Some hours have no data yet.')
  const advice = (from: number, to: number | undefined, text: string): Advice =>
    to === undefined ? advise(from, gathering) : advise(to, reason('tortoise.slots', text))
  const highest = 'The highest of the replica slots, so that it fits every hour.'
  const byHour = slots === undefined ? [] : tortoiseSlots(evidence.observation, options)
  const minimum = (from: number): Advice =>
    lowest !== undefined && isScheduled(autoscaler ?? {}, byHour, { options: evidence.options, lowest })
      ? advice(from, lowest, 'The lowest of the replica slots; cron triggers raise it by hour.')
      : advice(from, bounds?.min, highest)
  return {
    ...(minReplicas === undefined ? {} : { minimum: minimum(minReplicas) }),
    ...(maxReplicas === undefined ? {} : { maximum: advice(maxReplicas, bounds?.max, highest) }),
  }
}
