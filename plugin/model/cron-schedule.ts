import { dayNames, week } from './weekdays.ts'

/**
 * A schedule of cron triggers of KEDA: in each window at least so many pods run. Outside of all windows the other triggers and
 * `minReplicaCount` decide. https://keda.sh/docs/latest/scalers/cron/
 */

/** Some hours of some days with a number of pods. */
export interface CronWindow {
  /** The weekdays on which it begins; 0 is Sunday. In the order of the week, from Monday. */
  readonly days: readonly number[]
  /** The hour at which it begins, 0 to 23. */
  readonly from: number
  /** Its length in hours, 1 to 167; at most 24 where it begins on several days. */
  readonly hours: number
  readonly replicas: number
}

/** Windows that do not overlap, in the hours of a time zone. */
export interface CronSchedule {
  /** An IANA name. */
  readonly timeZone: string
  readonly windows: readonly CronWindow[]
}

/** The text of a schedule without windows. */
export const noSchedule = 'none'

/** The runs of neighbours in a list of positions that rise. */
function runsOf(positions: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = []
  for (const position of positions) {
    const last = runs.at(-1)
    if (last !== undefined && position === last[1] + 1) last[1] = position
    else runs.push([position, position])
  }
  return runs
}

/** Days as a text: `Mon-Fri/Sun`. */
function daysText(days: readonly number[]): string {
  const positions = week.flatMap((day, position) => (days.includes(day) ? [position] : []))
  const name = (position: number): string => dayNames[week[position] ?? 0] ?? ''
  return runsOf(positions)
    .map(([first, last]) => (first === last ? name(first) : `${name(first)}-${name(last)}`))
    .join('/')
}

function daysOf(text: string): readonly number[] | undefined {
  const found = new Set<number>()
  for (const part of text.split('/')) {
    const [first = -1, last = first] = part.split('-').map((name) => week.indexOf(dayNames.indexOf(name)))
    if (first < 0 || last < first) return undefined
    for (let position = first; position <= last; position += 1) found.add(week[position] ?? 0)
  }
  return week.filter((day) => found.has(day))
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** A window as a text: `6 Mon-Fri 08:00-18:00`, with its last day where it is longer than one. */
function windowText({ days, from, hours, replicas }: CronWindow): string {
  const to = from + hours
  const lastDay = ((days[0] ?? 0) + Math.floor(to / 24)) % 7
  const end = hours > 24 ? `${dayNames[lastDay]} ${clock(to % 24)}` : clock(to > 24 ? to - 24 : to)
  return `${replicas} ${daysText(days)} ${clock(from)}-${end}`
}

/** A schedule as a text: `6 Mon-Fri 08:00-18:00, 3 Sat 10:00-14:00 (Europe/Berlin)`; `none` without windows. */
export const scheduleText = ({ timeZone, windows }: CronSchedule): string =>
  windows.length === 0 ? noSchedule : `${windows.map(windowText).join(', ')} (${timeZone})`

const windowForm = /^(\d{1,5}) ([A-Za-z/-]+) (\d\d):00-(?:([A-Z][a-z]{2}) )?(\d\d):00$/

function windowOf(text: string): CronWindow | undefined {
  const [, replicas = '', dayText = '', fromText = '', lastName, toText = ''] = windowForm.exec(text) ?? []
  const days = daysOf(dayText)
  const [from, to, lastDay] = [Number(fromText), Number(toText), dayNames.indexOf(lastName ?? '')]
  if (days === undefined || from > 23 || to > 24 || Number(replicas) < 1) return undefined
  if (lastName === undefined)
    return { days, from, hours: to > from ? to - from : to + 24 - from, replicas: Number(replicas) }
  const [first = 0] = days
  const hours = ((lastDay - first + 7) % 7) * 24 + to - from
  return days.length === 1 && lastDay >= 0 && hours > 24
    ? { days, from, hours, replicas: Number(replicas) }
    : undefined
}

/** Windows in the order of the week. */
export const inOrder = (windows: readonly CronWindow[]): readonly CronWindow[] =>
  [...windows].sort((one, other) => beginOf(one) - beginOf(other))

const beginOf = ({ days: [first = 0], from }: CronWindow): number => ((first + 6) % 7) * 24 + from

/** The schedule that a text says; `undefined` when it says none, or another text would say the same. */
export function scheduleOf(text: string): CronSchedule | undefined {
  if (text === noSchedule) return { timeZone: 'UTC', windows: [] }
  const [, list = '', timeZone = ''] = /^(.+) \(([\w+/-]+)\)$/.exec(text) ?? []
  const windows = list.split(', ').flatMap((one) => windowOf(one) ?? [])
  const schedule = { timeZone, windows: inOrder(windows) }
  return windows.length > 0 && scheduleText(schedule) === text && !overlaps(windows) ? schedule : undefined
}

/** The number of pods that a schedule keeps in each of the 168 hours of the week, from Monday 00:00. */
export function podsByHourOfWeek({ windows }: Pick<CronSchedule, 'windows'>): readonly number[] {
  const pods = new Array<number>(168).fill(0)
  for (const { days, from, hours, replicas } of windows)
    for (const day of days)
      for (let hour = 0; hour < hours; hour += 1) {
        const at = (week.indexOf(day) * 24 + from + hour) % 168
        pods[at] = Math.max(pods[at] ?? 0, replicas)
      }
  return pods
}

function overlaps(windows: readonly CronWindow[]): boolean {
  const hours = windows.reduce((sum, one) => sum + one.hours * one.days.length, 0)
  return hours > podsByHourOfWeek({ windows }).filter((pods) => pods > 0).length
}

/** Pods × hours a week that a schedule keeps: its number where schedules are compared. */
export const podHours = (schedule: Pick<CronSchedule, 'windows'>): number =>
  podsByHourOfWeek(schedule).reduce((sum, pods) => sum + pods, 0)

/** The day field of a cron expression: `1-5`, `0,6`, `*`. */
function cronDays(days: readonly number[]): string {
  if (days.length === 7) return '*'
  return runsOf([...days].sort((one, other) => one - other))
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join(',')
}

/** The keys in the `metadata` of a cron trigger. */
export const triggerKeys = ['timezone', 'start', 'end', 'desiredReplicas'] as const

/** The values of the cron trigger of a window, by their keys in the trigger and in its `metadata`. */
export interface CronTrigger {
  readonly name: string
  readonly metadata: Readonly<Record<(typeof triggerKeys)[number], string>>
}

/** The cron trigger of a window. KEDA wants a name of its own for each trigger, and a start that differs from the end. */
export function triggerOf({ days, from, hours, replicas }: CronWindow, timezone: string): CronTrigger {
  const [to, later] = [(from + hours) % 24, Math.floor((from + hours) / 24)]
  const endDays = days.map((day) => (day + later) % 7)
  const label = daysText(days).toLowerCase().replaceAll('/', '-')
  return {
    name: `${ownPrefix}${label}-${String(from).padStart(2, '0')}`,
    metadata: {
      timezone,
      start: `0 ${from} * * ${cronDays(days)}`,
      end: `0 ${to} * * ${cronDays(endDays)}`,
      desiredReplicas: String(replicas),
    },
  }
}

/** How the names of the triggers begin that Tortoise writes. */
export const ownPrefix = 'tortoise-'
