import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { ReplicaSlot } from '../model/replica-slots.ts'
import { countValues, highestByHourOfWeek } from '../model/series.ts'
import { hourOfWeekIn } from './local-hours.ts'
import type { RecommendOptions } from './recommend-options.ts'

/** Tortoise's factors: https://github.com/mercari/tortoise/blob/main/docs/horizontal.md */
const factors = { minimum: 0.5, maximum: 2 }

/**
 * Replica bounds for each hour of the week, or of the day (`replicaSlots`): half and twice the most pods that ran in that
 * hour. Hours are in UTC, with `keda` in the time zone of the cron triggers. Neighbouring hours with equal bounds are one slot. Empty
 * without an HPA or a series of pods.
 */
export function replicaSlots(
  { autoscaler }: DeclaredWorkload,
  { replicas }: Observation,
  { replicaSlots: period, replicaBounds, cronTriggers: { timeZone } }: RecommendOptions,
): readonly ReplicaSlot[] {
  const { series } = replicas ?? {}
  if (autoscaler === undefined || series === undefined || period === 'off') return []
  const local = period === 'keda'
  const hours = highestByHourOfWeek(countValues(series), series, local ? hourOfWeekIn(timeZone) : undefined)
  const floor = Math.min(replicaBounds.minimum, autoscaler.minReplicas ?? 1)
  const bounds = (pods: number) => ({
    minimum: Math.max(floor, Math.ceil(pods * factors.minimum)),
    maximum: Math.min(replicaBounds.maximum, Math.ceil(pods * factors.maximum)),
    ...(local && { timeZone }),
  })
  const days = period !== 'daily' ? [0, 1, 2, 3, 4, 5, 6] : [undefined]
  return days.flatMap((day) => {
    const slots = Array.from({ length: 24 }, (_, hour): ReplicaSlot | undefined => {
      const pods = day === undefined ? mostInHour(hours, hour) : (hours[day * 24 + hour] ?? Number.NaN)
      if (Number.isNaN(pods)) return undefined
      // Hours are counted from Monday, weekdays from Sunday.
      const weekday = day === undefined ? {} : { weekday: (day + 1) % 7 }
      return { ...weekday, from: hour, to: hour + 1, ...bounds(pods) }
    })
    return mergeNeighbours(slots.flatMap((slot) => slot ?? []))
  })
}

/** The most pods in one hour of the day, over all days of the week; `NaN` when no pod ran. */
function mostInHour(hours: Float64Array, hour: number): number {
  const counts = hours.filter((count, index) => index % 24 === hour && !Number.isNaN(count))
  return counts.length === 0 ? Number.NaN : Math.max(...counts)
}

function mergeNeighbours(slots: readonly ReplicaSlot[]): readonly ReplicaSlot[] {
  const merged: ReplicaSlot[] = []
  for (const slot of slots) {
    const last = merged.at(-1)
    const alike = last?.to === slot.from && last.minimum === slot.minimum && last.maximum === slot.maximum
    if (last !== undefined && alike) merged[merged.length - 1] = { ...last, to: slot.to }
    else merged.push(slot)
  }
  return merged
}
