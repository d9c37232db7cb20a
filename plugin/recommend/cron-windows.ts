import { type CronWindow, inOrder } from '../model/cron-schedule.ts'
import type { ReplicaSlot } from '../model/replica-slots.ts'

/** Replica bounds of the ScaledObject. */
interface Bounds {
  readonly minimum: number
  readonly maximum: number
}

/** More pods than that at the busiest hour make a schedule worth its triggers. */
const leastGain = 2
/** So many windows at most; with more, hours that differ are joined. */
const mostWindows = 6
/** What joining hours may add, as shares of the pod-hours above the minimum: the first one that leaves few windows. */
const shares = [0.1, 0.2, 0.4, 0.8]

/**
 * The windows of a week in which the replica slots need more pods than the minimum. Hours and days that differ little are joined, at
 * the higher number. None where the hours of the week hardly differ, or cannot be put into few windows.
 */
export function windowsOf(slots: readonly ReplicaSlot[], bounds: Bounds): readonly CronWindow[] {
  const pods = podsByHour(slots, bounds.maximum)
  const base = Math.max(bounds.minimum, Math.min(...pods))
  if (Math.max(...pods) < base + leastGain) return []
  const above = pods.map((count) => Math.max(0, count - base))
  const total = above.reduce((sum, count) => sum + count, 0)
  for (const share of shares) {
    const windows = windowsIn(joined(above, total * share), base)
    if (windows.length <= mostWindows) return windows
  }
  return []
}

/** The pods of each hour of the week, from Monday 00:00; 0 in hours without data. */
function podsByHour(slots: readonly ReplicaSlot[], maximum: number): readonly number[] {
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

/** The hours of a week after joining what differs little, for at most so many pod-hours: days first, then hours of a day. */
function joined(above: readonly number[], budget: number): readonly number[] {
  const days = Array.from({ length: 7 }, (_, day) => ({
    days: [day],
    hours: above.slice(day * 24, day * 24 + 24),
  }))
  const joinedDays = joinDays(days, budget / 2)
  const left = budget - costOf(joinedDays.classes, days)
  const week = new Array<number>(168).fill(0)
  for (const one of joinHours(joinedDays.classes, left))
    for (const day of one.days) week.splice(day * 24, 24, ...one.hours)
  return week
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
const podHoursOf = ({ days, hours }: DayClass): number => days.length * sum(hours)
const costOf = (after: readonly DayClass[], before: readonly DayClass[]): number =>
  sum(after.map(podHoursOf)) - sum(before.map(podHoursOf))

/** Joins the two classes of days for which that adds least, as long as the budget lasts. */
function joinDays(classes: readonly DayClass[], budget: number): { readonly classes: readonly DayClass[] } {
  const pairs = classes.flatMap((one, index) =>
    classes.slice(index + 1).map((other) => {
      const both = {
        days: [...one.days, ...other.days],
        hours: one.hours.map((count, hour) => Math.max(count, other.hours[hour] ?? 0)),
      }
      return { one, other, both, cost: costOf([both], [one, other]) }
    }),
  )
  const [best] = pairs.sort((a, b) => a.cost - b.cost)
  if (best === undefined || best.cost > budget) return { classes }
  const rest = classes.filter((one) => one !== best.one && one !== best.other)
  return joinDays([...rest, best.both], budget - best.cost)
}

/** Raises the runs of hours to a neighbour's number for which that adds least, as long as the budget lasts. */
function joinHours(classes: readonly DayClass[], budget: number): readonly DayClass[] {
  const raises = classes.flatMap((one) =>
    runsOf(one.hours).flatMap(([from, to]) => {
      const count = one.hours[from] ?? 0
      const higher = [one.hours[from - 1], one.hours[to]].filter((near) => (near ?? 0) > count)
      if (higher.length === 0) return []
      const raised = one.hours.with(from, 0).fill(Math.min(...higher.map((near) => near ?? 0)), from, to)
      const after = { ...one, hours: raised }
      return [{ one, after, cost: costOf([after], [one]) }]
    }),
  )
  const [best] = raises.sort((a, b) => a.cost - b.cost)
  if (best === undefined || best.cost > budget) return classes
  return joinHours(
    classes.map((one) => (one === best.one ? best.after : one)),
    budget - best.cost,
  )
}

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
