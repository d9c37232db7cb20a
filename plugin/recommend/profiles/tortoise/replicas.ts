/** Replica bounds by hour. Source: https://github.com/mercari/tortoise/blob/main/pkg/recommender/recommender.go */
import type { TortoiseOptions } from './options.ts'

/** Bounds of the replicas. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** Bounds for some hours, on one weekday (0 is Sunday) or all. */
export interface Slot extends Bounds {
  readonly from: number
  readonly to: number
  readonly weekday?: number
  /** Hours since the slot was last brought up to date. */
  readonly ageHours: number
}

/** When it is, in the time zone of the slots. */
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

/** What a slot keeps of its value when it is brought up to date a day later; fixed there. */
const ageing = 0.95

/** Brings the slot of the present hour up to date; `undefined` when there is none for it. */
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

/** Index of the slot of a time; -1 where there is none. */
export const slotAt = (slots: readonly Slot[], { hour, weekday }: SlotTime): number =>
  slots.findIndex(
    (slot) => slot.from <= hour && hour < slot.to && (slot.weekday === undefined || slot.weekday === weekday),
  )

/** Half and twice the replicas, neither below its floor. */
export function candidates(replicas: number, options: TortoiseOptions): Bounds {
  const { minReplicasFactor, maxReplicasFactor, minimumMinReplicas: least } = options
  const [min, max] = [Math.ceil(replicas * minReplicasFactor), Math.ceil(replicas * maxReplicasFactor)]
  const leastMax = Math.trunc((least * maxReplicasFactor) / minReplicasFactor)
  const floored = options.asPublished ? (max < least ? leastMax : max) : Math.max(max, leastMax)
  return { min: Math.max(min, least), max: floored }
}

/** The pair that is safe at every hour: the highest of the slots' minima and of their maxima. */
export const staticBounds = (slots: readonly Bounds[]): Bounds => ({
  min: Math.max(...slots.map(({ min }) => min)),
  max: Math.max(...slots.map(({ max }) => max)),
})
