import { quartersPerDay, visitDays, visitQuarters } from '../../../model/daily.ts'
import type { ResourceUsage } from '../../../model/observation.ts'

/** Usage in blocks of six hours, in the order of time: bucket and weight of each block, in plain arrays. */
export interface UsageBlocks {
  /** Number of each block since 1970-01-01 00:00 UTC, rising. */
  readonly numbers: readonly number[]
  /** Where the buckets of each block begin; one more than blocks. */
  readonly starts: readonly number[]
  readonly buckets: readonly number[]
  readonly weights: readonly number[]
  /** The lowest and the highest bucket with samples. */
  readonly lowest: number
  readonly highest: number
}

/**
 * The blocks of usage. A day without quarters (an old cache) counts as four equal blocks, and usage without days as one block.
 */
export function usageBlocks({ daily, sketch }: ResourceUsage): UsageBlocks {
  const [numbers, starts, buckets, weights]: [number[], number[], number[], number[]] = [[], [], [], []]
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0]
  const add = (block: number, bucket: number, weight: number): void => {
    if (block !== numbers.at(-1)) {
      numbers.push(block)
      starts.push(buckets.length)
    }
    buckets.push(bucket)
    weights.push(weight)
    if (bucket < lowest) lowest = bucket
    if (bucket > highest) highest = bucket
  }
  if (daily === undefined) for (const [bucket, weight] of sketch) add(0, bucket, weight)
  else addDays(daily, add)
  starts.push(buckets.length)
  return { numbers, starts, buckets, weights, lowest: Math.min(lowest, highest), highest }
}

type Add = (block: number, bucket: number, weight: number) => void

function addDays(daily: NonNullable<ResourceUsage['daily']>, add: Add): void {
  const without = new Set<number>()
  visitQuarters(daily, (day, count) => count === 0 && without.add(day), ignore)
  if (without.size === daily.days.length) addWholeDays(daily, () => true, add)
  else if (without.size === 0) visitQuarters(daily, ignore, quarterOf(add))
  else addInOrder(daily, without, add)
}

const ignore = (): void => {}

const quarterOf =
  (add: Add) =>
  (day: number, quarter: number, bucket: number, weight: number): void =>
    add(day * quartersPerDay + quarter, bucket, weight)

/** Days in which some have quarters and some have not: while an old cache is renewed. */
function addInOrder(
  daily: NonNullable<ResourceUsage['daily']>,
  without: ReadonlySet<number>,
  add: Add,
): void {
  const all: (readonly [number, number, number])[] = []
  const gather: Add = (...one) => all.push(one)
  visitQuarters(daily, ignore, quarterOf(gather))
  addWholeDays(daily, (day) => without.has(day), gather)
  for (const one of all.sort(([block], [other]) => block - other)) add(...one)
}

function addWholeDays(
  daily: NonNullable<ResourceUsage['daily']>,
  isWanted: (day: number) => boolean,
  add: Add,
): void {
  let [of, entries]: [number, [number, number][]] = [Number.NaN, []]
  const finish = (): void => {
    for (let quarter = 0; quarter < quartersPerDay; quarter += 1)
      for (const [bucket, weight] of entries)
        add(of * quartersPerDay + quarter, bucket, weight / quartersPerDay)
    entries = []
  }
  visitDays(daily, (day, bucket, weight) => {
    if (day !== of) finish()
    of = day
    if (isWanted(day)) entries.push([bucket, weight])
  })
  finish()
}
