import type { DeclaredWorkload } from '../../../model/declared.ts'
import type { Observation } from '../../../model/observation.ts'
import type { ReplicaSlot } from '../../../model/replica-slots.ts'
import { countValues, highestByHourOfWeek } from '../../../model/series.ts'
import type { RecommendOptions } from '../../recommend-options.ts'

/** Tortoise's factors: https://github.com/mercari/tortoise/blob/main/docs/horizontal.md */
const factors = { minimum: 0.5, maximum: 2 }

/**
 * Replica bounds for each hour of the week (of the day, where asked so), from the most pods that ran in it: half of them
 * and twice. Neighbouring hours with the same bounds are one slot. Empty without an HPA, or without pods by the slot.
 */
export function replicaSlots(
  { autoscaler }: DeclaredWorkload,
  { replicas }: Observation,
  { replicaSlots: period, replicaBounds }: RecommendOptions,
): readonly ReplicaSlot[] {
  const { series } = replicas ?? {}
  if (autoscaler === undefined || series === undefined || period === 'off') return []
  const hours = highestByHourOfWeek(countValues(series), series)
  const floor = Math.min(replicaBounds.minimum, autoscaler.minReplicas ?? 1)
  const bounds = (pods: number) => ({
    minimum: Math.max(floor, Math.ceil(pods * factors.minimum)),
    maximum: Math.min(replicaBounds.maximum, Math.ceil(pods * factors.maximum)),
  })
  const days = period === 'weekly' ? [0, 1, 2, 3, 4, 5, 6] : [undefined]
  return days.flatMap((day) => {
    const slots = Array.from({ length: 24 }, (_, hour): ReplicaSlot | undefined => {
      const seen = day === undefined ? mostOf(hours, hour) : (hours[day * 24 + hour] ?? Number.NaN)
      if (Number.isNaN(seen)) return undefined
      // Hours are counted from Monday, weekdays from Sunday.
      return {
        ...(day === undefined ? {} : { weekday: (day + 1) % 7 }),
        from: hour,
        to: hour + 1,
        ...bounds(seen),
      }
    })
    return joined(slots.flatMap((slot) => slot ?? []))
  })
}

/** The most pods of one hour over the days of the week. */
function mostOf(hours: Float64Array, hour: number): number {
  const seen = hours.filter((count, index) => index % 24 === hour && !Number.isNaN(count))
  return seen.length === 0 ? Number.NaN : Math.max(...seen)
}

function joined(slots: readonly ReplicaSlot[]): readonly ReplicaSlot[] {
  const out: ReplicaSlot[] = []
  for (const slot of slots) {
    const last = out.at(-1)
    const alike = last?.to === slot.from && last.minimum === slot.minimum && last.maximum === slot.maximum
    if (last !== undefined && alike) out[out.length - 1] = { ...last, to: slot.to }
    else out.push(slot)
  }
  return out
}
