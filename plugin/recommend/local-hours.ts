import { dayNames, week } from '../model/weekdays.ts'

const quarter = 900

const known = new Map<string, (time: number) => number>()

/**
 * Returns the function that converts a time, in seconds since 1970, to its hour of the week in a time zone: 0 is Monday 00:00 to
 * 01:00. It is kept, because every workload needs the same few hours.
 */
export function hourOfWeekIn(timeZone: string): (time: number) => number {
  const before = known.get(timeZone)
  if (before !== undefined) return before
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  const hours = new Map<number, number>()
  const hourOf = (time: number): number => {
    // Zones differ from UTC by whole quarters of an hour.
    const at = Math.floor(time / quarter)
    const found = hours.get(at)
    if (found !== undefined) return found
    const parts = format.formatToParts(at * quarter * 1000)
    const part = (type: 'hour' | 'weekday') => parts.find((one) => one.type === type)?.value ?? ''
    const hour = week.indexOf(dayNames.indexOf(part('weekday'))) * 24 + Number(part('hour'))
    hours.set(at, hour)
    return hour
  }
  known.set(timeZone, hourOf)
  return hourOf
}
