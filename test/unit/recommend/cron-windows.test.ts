import { describe, expect, it } from 'vitest'
import { scheduleText } from '../../../plugin/model/cron-schedule.ts'
import type { ReplicaSlot } from '../../../plugin/model/replica-slots.ts'
import { windowsOf } from '../../../plugin/recommend/cron-windows.ts'

/** Slots from the minimum of each hour of a day, by day of the week from Sunday. */
const slotsOf = (minimum: (day: number, hour: number) => number): readonly ReplicaSlot[] =>
  [0, 1, 2, 3, 4, 5, 6].flatMap((weekday) =>
    Array.from({ length: 24 }, (_, from) => {
      const least = minimum(weekday, from)
      return { weekday, from, to: from + 1, minimum: least, maximum: 4 * least }
    }),
  )

const text = (slots: readonly ReplicaSlot[], bounds = { minimum: 2, maximum: 30 }): string =>
  scheduleText({ timeZone: 'UTC', windows: windowsOf(slots, bounds) ?? [] })

const isWork = (day: number, hour: number): boolean => day >= 1 && day <= 5 && hour >= 8 && hour < 18

describe('the windows of replica slots', () => {
  it('are one for hours and days with the same pods', () => {
    expect(text(slotsOf((day, hour) => (isWork(day, hour) ? 6 : 2)))).toBe('6 Mon-Fri 08:00-18:00 (UTC)')
  })

  it('join hours and days that differ little, at the higher number', () => {
    const slots = slotsOf((day, hour) => (isWork(day, hour) ? 10 + ((day * hour) % 2) : 2))
    expect(text(slots)).toBe('11 Mon-Fri 08:00-18:00 (UTC)')
  })

  it('keep hours apart that differ much', () => {
    const slots = slotsOf((day, hour) => (isWork(day, hour) ? (hour === 12 ? 20 : 6) : 2))
    expect(text(slots)).toBe('6 Mon-Fri 08:00-12:00, 20 Mon-Fri 12:00-13:00, 6 Mon-Fri 13:00-18:00 (UTC)')
  })

  it('go over midnight, and over several days', () => {
    expect(text(slotsOf((_, hour) => (hour >= 22 || hour < 6 ? 8 : 2)))).toBe('8 Mon-Sun 22:00-06:00 (UTC)')
    const weekend = slotsOf((day, hour) => (day === 6 || day === 0 || (day === 5 && hour >= 20) ? 9 : 2))
    expect(text(weekend)).toBe('9 Fri 20:00-Mon 00:00 (UTC)')
  })

  it('never keep more pods than the maximum', () => {
    const slots = slotsOf((day, hour) => (isWork(day, hour) ? 40 : 2))
    expect(text(slots)).toBe('30 Mon-Fri 08:00-18:00 (UTC)')
  })

  it('begin above the minimum and above the quietest hour: no window is the whole week', () => {
    const busy = slotsOf((day, hour) => (isWork(day, hour) ? 9 : 5))
    expect(text(busy)).toBe('9 Mon-Fri 08:00-18:00 (UTC)')
    expect(text(busy, { minimum: 8, maximum: 30 })).toBe('none')
    expect(text(slotsOf(() => 12))).toBe('none')
  })

  it('are none for one pod more', () => {
    expect(text(slotsOf((day, hour) => (isWork(day, hour) ? 3 : 2)))).toBe('none')
  })

  it('are at most six for hours that are uneven, and unknown where six add too many pods', () => {
    const uneven = slotsOf((day, hour) => (isWork(day, hour) ? 8 + ((day * 31 + hour * 17) % 11) : 2))
    const windows = windowsOf(uneven, { minimum: 2, maximum: 30 })
    expect(windows?.length).toBeGreaterThan(0)
    expect(windows?.length).toBeLessThanOrEqual(6)
    const random = slotsOf((day, hour) => 2 + ((day * 31 + hour * 17) % 11))
    expect(windowsOf(random, { minimum: 2, maximum: 30 })).toBeUndefined()
  })

  it('take slots without a weekday for every day, and hours without data as quiet', () => {
    const slots = [{ from: 9, to: 17, minimum: 7, maximum: 20 }]
    expect(text(slots)).toBe('7 Mon-Sun 09:00-17:00 (UTC)')
  })
})
