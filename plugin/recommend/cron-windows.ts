import { type CronWindow, inOrder } from '../model/cron-schedule.ts'
import type { ReplicaSlot } from '../model/replica-slots.ts'

/** Replica bounds of the ScaledObject. */
interface Bounds {
  readonly minimum: number
  readonly maximum: number
}

/** So many pods more than the minimum make an hour worth a cron trigger. */
export const leastGain = 2
/** So many windows at most; with more, hours that differ are joined. */
export const mostWindows = 6
/** What joining hours may add, as shares of the pod-hours above the minimum: the first one that leaves few windows. */
const shares = [0.2, 0.4, 0.8]

/**
 * The windows of a week in which the replica slots need more pods than the minimum. Hours and days that differ little are joined, at
 * the higher number. None where the hours of the week hardly differ; `undefined` where they cannot be put into few windows.
 */
export function windowsOf(slots: readonly ReplicaSlot[], bounds: Bounds): readonly CronWindow[] | undefined {
  const pods = podsByHour(slots, bounds.maximum)
  const base = Math.max(bounds.minimum, Math.min(...pods))
  const above = pods.map((count) => (count < base + leastGain ? 0 : count - base))
  const total = sum(above)
  for (const share of shares) {
    const windows = windowsIn(joined(above, total * share), base)
    if (windows.length <= mostWindows) return windows
  }
  return undefined
}

/** The pods that replica slots need in each hour of the week, from Monday 00:00; 0 in hours without data. */
export function podsByHour(slots: readonly ReplicaSlot[], maximum: number): readonly number[] {
  const pods = new Array<number>(168).fill(0)
  for (const { weekday, from, to, minimum } of slots) {
    const days = weekday === undefined ? [0, 1, 2, 3, 4, 5, 6] : [(weekday + 6) % 7]
    for (const day of days) pods.fill(Math.min(minimum, maximum), day * 24 + from, day * 24 + to)
  }
  return pods
}

/** Days with the same hours. */
interface DayClass {
  readonly days: readonly number[]
  readonly hours: readonly number[]
}

/**
 * The hours of a week after joining what differs little, for at most so many pod-hours. Days are cut at their quietest hour, so that a
 * window over midnight is one of a day.
 */
function joined(above: readonly number[], budget: number): readonly number[] {
  const byHour = Array.from({ length: 24 }, (_, hour) => sum(above.filter((_, at) => at % 24 === hour)))
  const cut = byHour.indexOf(Math.min(...byHour))
  const turned = [...above.slice(cut), ...above.slice(0, cut)]
  let classes: readonly DayClass[] = Array.from({ length: 7 }, (_, day) => ({
    days: [day],
    hours: turned.slice(day * 24, day * 24 + 24),
  }))
  let left = budget
  for (let best = bestStep(classes, left); best !== undefined; best = bestStep(classes, left)) {
    const { before, after, cost } = best
    left -= cost
    classes = [...classes.filter((one) => !before.includes(one)), after]
  }
  const week = new Array<number>(168).fill(0)
  for (const { days, hours } of classes) for (const day of days) week.splice(day * 24, 24, ...hours)
  return [...week.slice(168 - cut), ...week.slice(0, 168 - cut)]
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
const podHoursOf = ({ days, hours }: DayClass): number => days.length * sum(hours)
const windowCount = ({ hours }: DayClass): number =>
  hours.filter((count, hour) => count > 0 && count !== (hours[hour - 1] ?? 0)).length

/** Classes of days that become one. */
interface Join {
  readonly before: readonly DayClass[]
  readonly after: DayClass
}

/** The step that adds least for each window that it saves; `undefined` where none saves any for the budget. */
function bestStep(classes: readonly DayClass[], budget: number) {
  return [...dayJoins(classes), ...classes.flatMap(hourRaises)]
    .map(({ before, after }) => ({
      ...{ before, after, cost: podHoursOf(after) - sum(before.map(podHoursOf)) },
      saved: sum(before.map(windowCount)) - windowCount(after),
    }))
    .filter(({ cost, saved }) => saved > 0 && cost <= budget)
    .sort((one, other) => one.cost / one.saved - other.cost / other.saved)[0]
}

/** Each two classes of days as one, with the higher number of each hour. */
const dayJoins = (classes: readonly DayClass[]): readonly Join[] =>
  classes.flatMap((one, index) =>
    classes.slice(index + 1).map((other) => ({
      before: [one, other],
      after: {
        days: [...one.days, ...other.days],
        hours: one.hours.map((count, hour) => Math.max(count, other.hours[hour] ?? 0)),
      },
    })),
  )

/** A class of days with one run of hours raised to the lower one of its higher neighbours. */
const hourRaises = (one: DayClass): readonly Join[] =>
  runsOf(one.hours).flatMap(([from, to]) => {
    const count = one.hours[from] ?? 0
    const higher = [one.hours[from - 1] ?? 0, one.hours[to] ?? 0].filter((near) => near > count)
    const hours = [...one.hours].fill(Math.min(...higher), from, to)
    return higher.length === 0 ? [] : [{ before: [one], after: { ...one, hours } }]
  })

/** The runs of equal numbers in a list, as start and end. */
function runsOf(counts: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const starts = counts.flatMap((count, index) => (index === 0 || counts[index - 1] !== count ? [index] : []))
  return starts.map((start, index) => [start, starts[index + 1] ?? counts.length])
}

/** The windows of a week: each run of hours above the minimum, runs with the same hours of a day together. */
function windowsIn(week: readonly number[], base: number): readonly CronWindow[] {
  // A run may go over the end of the week, so it is read from an hour at which a run begins.
  const first = week.findIndex((count, hour) => count !== week[(hour + 167) % 168])
  if (first < 0) return []
  const turned = [...week.slice(first), ...week.slice(0, first)]
  const windows = new Map<string, CronWindow>()
  for (const [from, to] of runsOf(turned)) {
    const count = turned[from] ?? 0
    if (count === 0) continue
    const [start, hours] = [(first + from) % 168, to - from]
    const day = (Math.floor(start / 24) + 1) % 7
    const one = { days: [day], from: start % 24, hours, replicas: base + count }
    const key = hours > 24 ? String(start) : [one.from, hours, one.replicas].join()
    const before = windows.get(key)?.days ?? []
    windows.set(key, { ...one, days: inWeek([...before, day]) })
  }
  return inOrder([...windows.values()])
}

const inWeek = (days: readonly number[]): readonly number[] =>
  [...days].sort((one, other) => ((one + 6) % 7) - ((other + 6) % 7))
