import fc from 'fast-check'
import { type CronWindow, podsByHourOfWeek } from '../../../plugin/model/cron-schedule.ts'

const overlap = (one: CronWindow, other: CronWindow): boolean => {
  const [left, right] = [one, other].map((window) => podsByHourOfWeek({ windows: [window] }))
  return left?.some((pods, hour) => pods > 0 && (right?.[hour] ?? 0) > 0) === true
}

/** Some windows of a week that do not overlap: one begins on a day at most. */
export const anyWindows = fc
  .array(
    fc.record({
      day: fc.integer({ min: 0, max: 6 }),
      from: fc.integer({ min: 0, max: 23 }),
      hours: fc.integer({ min: 1, max: 24 }),
      replicas: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) =>
    all
      .map(({ day, ...one }): CronWindow => ({ ...one, days: [day] }))
      .filter((one, index, list) => list.findIndex(({ days }) => days[0] === one.days[0]) === index)
      .filter((one, _, list) => !list.some((other) => other !== one && overlap(one, other))),
  )
  .filter((all) => all.length > 0)
