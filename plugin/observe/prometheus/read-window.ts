import type { Observation } from '../../model/observation.ts'
import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { addOwners, type FindWorkload, type Owners, workloadFinder } from '../owners.ts'
import { finishAccumulator, type UsageAccumulator, usageAccumulator } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import { isFatal, isRefused, isTooLarge, isUnreachable } from './client-errors.ts'
import type { CachedDay, DayCache } from './day-cache.ts'
import type { Frame } from './finish-observation.ts'
import type { GatheringClient } from './gathering-client.ts'
import type { Merger } from './merge.ts'
import type { Chunk, Slots } from './queries.ts'
import { type ClusterReading, queryPortion, textFor } from './query-portion.ts'
import { readUsage } from './run-queries.ts'
import type { Shard } from './selector.ts'
import { printShard } from './shards.ts'

/** Everything that reading the days of a window needs. */
export interface WindowReading extends ClusterReading {
  readonly client: GatheringClient
  readonly slots: Slots
  readonly chunks: readonly Chunk[]
  readonly shards: readonly Shard[]
  readonly frame: Frame
  readonly owners: Owners
  readonly cache?: DayCache
  /** True for a day that late samples no longer change. */
  readonly finished: (chunk: Chunk) => boolean
  readonly merger: Merger
  /** Queries of the caller at the last slot. They are gathered with those of the last day where that is read alone. */
  readonly atEnd: readonly string[]
  readonly progress: Progress
  /** Called with a message for each portion that cannot be read. */
  readonly onFailure: (message: string) => void
  /** Called with a message for each damaged day in the cache. */
  readonly onDamage: (message: string) => void
}

/** Portions that may fail before the first success, until the reading gives up. */
const failuresToGiveUp = 3

/**
 * Reads every day, from the cache or from the server, and adds it to the merger. A portion that fails is reported and
 * skipped. Rejects when the credentials are rejected, the budget is spent, or no portion can be read.
 */
export async function readWindow(reading: WindowReading): Promise<void> {
  const missing = await readCachedDays(reading)
  const portions = missing.flatMap((chunk) => reading.shards.map((shard): Portion => ({ chunk, shard })))
  const isAlone = await gatherLast(reading, portions)
  const state = { done: 0, failed: 0, read: 0 }
  const total = portions.length * 2
  const step = (): void => reading.progress({ kind: 'step', stage: 'observe', done: ++state.done, total })
  await inParallel(portions, async (portion) => {
    await attempt(reading, portion, { work: () => readOwners(reading, portion) })
    step()
  })
  const find = workloadFinder(reading.owners)
  const days = new Map(missing.map((chunk) => [chunk, emptyDay()]))
  await inParallel(
    portions,
    async (portion) => {
      const part = await attempt(reading, portion, {
        work: () => readPortion(reading, portion, { find, isAlone }),
        state,
        isAlone,
      })
      if (part !== undefined) reading.merger.add(part.observations)
      step()
      await cacheDay(reading, portion.chunk, { day: days.get(portion.chunk) ?? emptyDay(), part })
    },
    parallelPortions(reading.shards),
  )
  await reading.cache?.keep(reading.chunks.filter(reading.finished).map((chunk) => cachedDay(chunk)))
}

/**
 * Whether only a small last day is read, as in a run soon after another one. What is queried at its end is gathered then.
 */
async function gatherLast(reading: WindowReading, portions: readonly Portion[]): Promise<boolean> {
  const [last, ...others] = portions
  if (last === undefined || others.length > 0 || last.chunk.end !== reading.slots.last) return false
  if (reading.finished(last.chunk) || sizeOf(last.shard) > smallPortion) return false
  const { shard, chunk } = last
  const { seconds, end } = chunk
  const own = (['owners', 'facts'] as const).map((name) => textFor(reading, { name }, { shard, seconds }))
  return reading.client.gather([...own, ...reading.atEnd], end)
}

const sizeOf = ({ members }: Shard): number => members.reduce((sum, [, series]) => sum + series, 0)

/** Portions read in parallel: one when they are large, which saves memory; up to three when they are small, which keeps the server busy. */
function parallelPortions(shards: readonly Shard[]): number {
  const largest = Math.max(...shards.map(sizeOf))
  return largest > largePortion ? 1 : largest > smallPortion ? 2 : 3
}

/** Sizes of portions, in series. */
const smallPortion = 8000
const largePortion = 12_500

type PortionData = Awaited<ReturnType<typeof readPortion>>
interface Day {
  readonly observations: Observation[]
  parts: number
  complete: boolean
}
const emptyDay = (): Day => ({ observations: [], parts: 0, complete: true })

/** Writes a day to the cache once its last portion was read, unless one of them is incomplete. */
async function cacheDay(
  { cache, finished, shards }: WindowReading,
  chunk: Chunk,
  { day, part }: { readonly day: Day; readonly part: PortionData | undefined },
): Promise<void> {
  if (cache === undefined || !finished(chunk)) return
  day.parts += 1
  day.complete &&= part?.partial === false
  if (day.complete) day.observations.push(...(part?.observations ?? []))
  if (day.parts < shards.length) return
  if (day.complete) await cache.write(cachedDay(chunk), day.observations)
  day.observations.length = 0
}

/** The day of a chunk, as the cache names it. */
export const cachedDay = ({ end, seconds }: Chunk): CachedDay => ({ from: end - seconds, end })

/** Adds cached days to the merger. Returns the days to read from the server. */
async function readCachedDays({
  cache,
  chunks,
  finished,
  merger,
  onDamage,
}: WindowReading): Promise<readonly Chunk[]> {
  const missing: Chunk[] = []
  for (const chunk of chunks) {
    const cached = cache !== undefined && finished(chunk) ? await cache.read(cachedDay(chunk)) : undefined
    if (cached === undefined) missing.push(chunk)
    else if (cached === 'damaged') {
      onDamage(`the day that ends at ${timeOf(chunk.end)} is damaged in the cache and is read again`)
      missing.push(chunk)
    } else merger.add(cached)
  }
  return missing
}

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString()

async function readOwners(reading: WindowReading, portion: Portion): Promise<void> {
  const { namespace, pod } = reading.dialect.state
  await queryPortion(reading, { ...portion, name: 'owners' }, (row) => {
    const what = row.labels['what']
    if (what !== 'pods' && what !== 'replicaSets' && what !== 'jobs') return
    reading.answered.add(what)
    const label = { pods: pod, replicaSets: 'replicaset', jobs: 'job_name' }[what]
    const labels = { ...row.labels, namespace: row.labels[namespace] ?? '' }
    addOwners(reading.owners[what], label, [{ ...row, labels }])
  })
}

async function readPortion(
  reading: WindowReading,
  portion: Portion,
  { find, isAlone }: { readonly find: FindWorkload; readonly isAlone: boolean },
) {
  const { start, end, seconds } = portion.chunk
  const { step } = reading.slots
  const slots = { first: start, last: end, step, count: Math.round(seconds / step) }
  const before = reading.client.partial()
  const read = async (isAtOnce: boolean): Promise<UsageAccumulator> => {
    const accumulator = usageAccumulator(slots)
    await readUsage(reading, portion, { accumulator, find, isAtOnce })
    return accumulator
  }
  const accumulator = await read(isAlone).catch((error: unknown) => {
    const isMended = isTooLarge(error) || (error instanceof ExpectedStop && isRefused(error))
    if (isAlone && isMended) return read(false)
    throw error
  })
  const window = { from: new Date((start - step) * 1000), to: new Date(end * 1000) }
  const observations = finishAccumulator(accumulator, { cluster: reading.frame.cluster, window })
  return { observations, partial: reading.client.partial() !== before }
}

interface Attempt<T> {
  readonly work: () => Promise<T>
  /** Counts successes and failures, when too many failures end the reading. */
  readonly state?: { failed: number; read: number }
  /** Whether nothing else is left to read. */
  readonly isAlone?: boolean
}

/** Reads a portion. Reports a failure and returns `undefined`, or rejects when no further query can succeed. */
async function attempt<T>(
  reading: WindowReading,
  { chunk, shard }: Portion,
  { work, state, isAlone = false }: Attempt<T>,
): Promise<T | undefined> {
  try {
    const result = await work()
    if (state !== undefined) state.read += 1
    return result
  } catch (error) {
    if (state !== undefined) state.failed += 1
    const isStopped = error instanceof ExpectedStop && !isFatal(error)
    if (!isStopped || isHopeless(reading, state) || (isAlone && isUnreachable(error))) {
      reading.client.close()
      throw error
    }
    const reason = error.problems.map(({ message }) => message).join('; ')
    reading.onFailure(
      `${timeOf(chunk.start)} to ${timeOf(chunk.end)} of ${printShard(shard)} is skipped: ${reason}`,
    )
    return undefined
  }
}

function isHopeless({ chunks, shards }: WindowReading, state: Attempt<unknown>['state']): boolean {
  if (state === undefined || state.read > 0) return false
  return state.failed >= failuresToGiveUp || state.failed === chunks.length * shards.length
}
