import { quartersPerDay, visitDays, visitQuarters } from '../../../model/daily.ts'
import type { ResourceUsage } from '../../../model/observation.ts'
import { mostBuckets } from '../../../model/sketch.ts'

/** Usage in blocks of six hours, in the order of time: bucket and weight of each block, in plain arrays. */
export interface UsageBlocks {
  /** Number of each block since 1970-01-01 00:00 UTC, rising. */
  readonly numbers: readonly number[]
  /** Where the buckets of each block begin; one more than blocks. */
  readonly starts: readonly number[]
  readonly buckets: Uint8Array
  readonly weights: Float64Array
  /** The lowest and the highest bucket with samples. */
  readonly lowest: number
  readonly highest: number
}

/** Memory for the entries of blocks, which grows as needed: to allocate it for each container of a fleet takes longer than the rest. */
export interface BlockRoom {
  buckets: Uint8Array
  weights: Float64Array
}

/** Room for no entry. */
export const emptyRoom = (): BlockRoom => ({ buckets: new Uint8Array(), weights: new Float64Array() })

/**
 * The blocks of usage. A day without quarters (an old cache) counts as four equal blocks, and usage without days as one block. With a
 * `room` that is used again, the blocks hold until then.
 */
export function usageBlocks({ daily, sketch }: ResourceUsage, room: BlockRoom = emptyRoom()): UsageBlocks {
  const [numbers, starts]: [number[], number[]] = [[], []]
  const most = daily === undefined ? sketch.length : mostEntries(daily)
  if (room.buckets.length < most) {
    room.buckets = new Uint8Array(most * 2)
    room.weights = new Float64Array(most * 2)
  }
  const { buckets, weights } = room
  let [count, last, lowest, highest] = [0, Number.NaN, Number.POSITIVE_INFINITY, 0]
  const add = (block: number, bucket: number, weight: number): void => {
    if (block !== last) {
      numbers.push(block)
      starts.push(count)
      last = block
    }
    buckets[count] = bucket
    weights[count] = weight
    count += 1
    if (bucket < lowest) lowest = bucket
    if (bucket > highest) highest = bucket
  }
  if (daily === undefined) for (const [bucket, weight] of sketch) add(0, bucket, weight)
  else addDays(daily, add)
  starts.push(count)
  return { numbers, starts, buckets, weights, lowest: Math.min(lowest, highest), highest }
}

/** No fewer than the entries of all blocks: base64 has three bytes in four characters, and an entry two bytes in quarters, five in days. */
const mostEntries = ({ sketches, quarters = '' }: NonNullable<ResourceUsage['daily']>): number =>
  Math.ceil((quarters.length * 3) / 8) + Math.ceil((sketches.length * 3 * quartersPerDay) / 20)

/** The distribution of the last whole or begun days: the share of their samples in each bucket. */
export function recentShares(blocks: UsageBlocks, days: number): Float64Array {
  const { numbers, starts, buckets, weights } = blocks
  const shares = new Float64Array(mostBuckets)
  const last = Math.floor((numbers.at(-1) ?? 0) / quartersPerDay)
  const since = (last - days + 1) * quartersPerDay
  const first = starts[numbers.findIndex((number) => number >= since)] ?? 0
  const end = starts.at(-1) ?? 0
  let sum = 0
  for (let at = first; at < end; at += 1) {
    const bucket = buckets[at] ?? 0
    const weight = weights[at] ?? 0
    shares[bucket] = (shares[bucket] ?? 0) + weight
    sum += weight
  }
  for (let bucket = 0; bucket < shares.length; bucket += 1)
    shares[bucket] = (shares[bucket] ?? 0) / (sum || 1)
  return shares
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
