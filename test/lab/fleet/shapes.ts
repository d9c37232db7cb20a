import { drift, noise } from './noise.ts'

/** CPU use at a time, as a share of the level that a container is declared with. */
export type CpuShape = (time: number, key: number) => number
/** Memory in use at a time and an age of the container, as a share of the level that it is declared with. */
export type MemoryShape = (at: { readonly time: number; readonly age: number }, key: number) => number

const hour = 3600
const day = 24 * hour

/** The same all day, give or take `spread`. */
export const flat =
  (spread: number): CpuShape =>
  (time, key) =>
    1 + spread * drift(key, time, hour)

/** One hill a day: `trough` at the quietest hour, 1 at `peakHour` (UTC), all of it times `weekend` on two days. */
export const diurnal =
  (hill: { readonly trough: number; readonly peakHour: number; readonly weekend: number }): CpuShape =>
  (time, key) => {
    const angle = (2 * Math.PI * (time / hour - hill.peakHour)) / 24
    const height = ((1 + Math.cos(angle)) / 2) ** 1.5
    const calm = hill.trough + (1 - hill.trough) * height
    return calm * (isWeekend(time) ? hill.weekend : 1) * (1 + 0.08 * drift(key, time, 2 * hour))
  }

/** Now and then, for one slot of `every` seconds, `factor` times as much. */
export const bursty =
  (burst: { readonly every: number; readonly chance: number; readonly factor: number }): CpuShape =>
  (time, key) =>
    noise(key, Math.floor(time / burst.every)) < burst.chance ? burst.factor : 1

/** On one day of the week (0 is Sunday), for some hours, `factor` times as much. */
export const weekly =
  (event: {
    readonly weekday: number
    readonly from: number
    readonly to: number
    readonly factor: number
  }): CpuShape =>
  (time) => {
    const clock = (time % day) / hour
    return weekdayOf(time) === event.weekday && clock >= event.from && clock < event.to ? event.factor : 1
  }

/** Several shapes at once. */
export const together =
  (...shapes: readonly CpuShape[]): CpuShape =>
  (time, key) =>
    shapes.reduce((share, shape, index) => share * shape(time, key + index), 1)

/** Full after a short while and the same from then on. */
export const settled =
  (spread: number): MemoryShape =>
  ({ time, age }, key) =>
    (0.7 + 0.3 * Math.min(1, age / hour)) * (1 + spread * drift(key, time, 3 * hour))

/** Slow growth over `days` from half to full; only a restart gives the memory back. */
export const growing =
  (days: number): MemoryShape =>
  ({ time, age }, key) =>
    0.5 + 0.47 * Math.min(1, age / (days * day)) + 0.03 * drift(key, time, hour)

/** A heap: grows for a day, then is collected every `period` seconds from 1 down to `floor`. */
export const sawtooth =
  (heap: { readonly floor: number; readonly period: number }): MemoryShape =>
  ({ time, age }, key) => {
    const warm = 0.6 + 0.4 * Math.min(1, age / day)
    const phase = (time / heap.period + noise(key, 1)) % 1
    return warm * (heap.floor + (1 - heap.floor) * phase * (0.85 + 0.15 * noise(key, time / heap.period)))
  }

const weekdayOf = (time: number): number => (Math.floor(time / day) + 4) % 7
const isWeekend = (time: number): boolean => [0, 6].includes(weekdayOf(time))
