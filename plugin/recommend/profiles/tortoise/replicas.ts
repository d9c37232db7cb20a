/** Replica bounds by hour. Source: https://github.com/mercari/tortoise/blob/main/pkg/recommender/recommender.go */
import type { TortoiseOptions } from '../../recommend-options.ts'

/** Minimum and maximum number of pods. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** Bounds for the hours `from` up to `to` (exclusive), on one weekday (0 is Sunday) or on all. */
export interface Slot extends Bounds {
  readonly from: number
  readonly to: number
  readonly weekday?: number
  /** Hours since the slot was last updated. */
  readonly ageHours: number
}

/** An hour and a weekday, in the time zone of the slots. */
export interface SlotTime {
  readonly hour: number
  readonly weekday: number
}

/** All slots of a day or a week, empty. `rangeHours` must divide 24; `undefined` when it does not. */
export function emptySlots(rangeHours: number, weekly: boolean): readonly Slot[] | undefined {
  if (!(rangeHours >= 1) || 24 % rangeHours !== 0) return undefined
  const days = weekly ? [0, 1, 2, 3, 4, 5, 6] : [undefined]
  return days.flatMap((weekday) =>
    Array.from({ length: 24 / rangeHours }, (_, index) => ({
      from: index * rangeHours,
      to: (index + 1) * rangeHours,
      ...(weekday === undefined ? {} : { weekday }),
      min: 0,
      max: 0,
      ageHours: 0,
    })),
  )
}

/** What a slot keeps of its value when it is updated a day later. A constant in Tortoise. */
const ageing = 0.95

/** Updates the slot of the current hour; `undefined` when there is no slot for it. */
export function updateSlots(
  slots: readonly Slot[],
  { now, replicas }: { readonly now: SlotTime; readonly replicas: number },
  options: TortoiseOptions,
): readonly Slot[] | undefined {
  const index = slotAt(slots, now)
  if (index < 0) return undefined
  const wanted = candidates(replicas, options)
  return slots.map((slot, at) => {
    if (at !== index) return slot
    const factor = slot.ageHours >= 23 ? ageing : 1
    return {
      ...slot,
      min: Math.max(wanted.min, Math.trunc(slot.min * factor)),
      max: Math.max(wanted.max, Math.trunc(slot.max * factor)),
      ageHours: 0,
    }
  })
}

/** Index of the slot for a time; -1 when there is none. */
export const slotAt = (slots: readonly Slot[], { hour, weekday }: SlotTime): number =>
  slots.findIndex(
    (slot) => slot.from <= hour && hour < slot.to && (slot.weekday === undefined || slot.weekday === weekday),
  )

/** Bounds for a number of pods: by default half and twice of it, neither below its floor. */
export function candidates(replicas: number, options: TortoiseOptions): Bounds {
  const { minReplicasFactor, maxReplicasFactor, minimumMinReplicas: least } = options
  const [min, max] = [Math.ceil(replicas * minReplicasFactor), Math.ceil(replicas * maxReplicasFactor)]
  const leastMax = Math.trunc((least * maxReplicasFactor) / minReplicasFactor)
  const floored = options.asPublished ? (max < least ? leastMax : max) : Math.max(max, leastMax)
  return { min: Math.max(min, least), max: floored }
}

/** The bounds that fit every hour: the highest minimum and the highest maximum of the slots. */
export const staticBounds = (slots: readonly Bounds[]): Bounds => ({
  min: Math.max(...slots.map(({ min }) => min)),
  max: Math.max(...slots.map(({ max }) => max)),
})
