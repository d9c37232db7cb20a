import type { Prometheus } from './client.ts'
import { isTooLarge } from './client-errors.ts'
import type { Chunk } from './queries.ts'
import type { Series } from './response-reader.ts'
import type { Shard } from './selector.ts'
import { halveShard } from './shards.ts'

/** A shard of the cluster in one chunk of the window. */
export interface Portion {
  readonly chunk: Chunk
  readonly shard: Shard
}

/** A query for a portion. */
export interface RangeQuery extends Portion {
  /** The text of the query; `seconds` is the length of the chunk. */
  readonly query: (shard: Shard, seconds: number) => string
  /** Seconds between slots. */
  readonly step: number
  /** Evaluated once at the end of the chunk, or at each of its slots. */
  readonly at: 'end' | 'slots'
  /** Whether it fails where its response is too large, instead of being split. */
  readonly isWhole?: boolean
  /** Shards that were halved before for this query; they are not queried as a whole again. */
  readonly halved: Map<Shard, readonly [Shard, Shard]>
}

/** Shortest range in seconds; every working server can answer an hour. */
const smallestRange = 3600

/**
 * Runs a query, and splits it into halves while its response is too large: by shard, and when the shard cannot be split, by
 * time. `onSeries` gets each series of a range once, also when a response broke off and its parts were queried again.
 * Rejects with the problem of the client when a query fails for another reason, or cannot be split.
 */
export function bisectRange(
  client: Prometheus,
  query: RangeQuery,
  onSeries: (series: Series) => void,
): Promise<void> {
  return runOrSplit(client, query, { onSeries, delivered: new Map(), ranges: [] })
}

interface SeriesSink {
  readonly onSeries: (series: Series) => void
  /** Labels of the series that were delivered, by range. */
  readonly delivered: Map<string, Set<string>>
  /** The ranges that contain this one and were queried before. */
  readonly ranges: readonly string[]
}

async function runOrSplit(client: Prometheus, query: RangeQuery, sink: SeriesSink): Promise<void> {
  const halved = query.halved.get(query.shard)
  if (halved !== undefined) return runBoth(client, byShards(query, halved), sink)
  const range = `${query.chunk.start} ${query.chunk.end}`
  const ranges = sink.ranges.includes(range) ? sink.ranges : [...sink.ranges, range]
  const deliver = (series: Series): void => {
    const key = JSON.stringify(series.labels)
    if (ranges.some((one) => sink.delivered.get(one)?.has(key))) return
    sink.delivered.set(range, (sink.delivered.get(range) ?? new Set()).add(key))
    sink.onSeries(series)
  }
  try {
    await runOnce(client, query, deliver)
  } catch (error) {
    if (!isTooLarge(error) || query.isWhole) throw error
    const halves = halveShard(query.shard)
    if (halves !== undefined) query.halved.set(query.shard, halves)
    const parts = halves === undefined ? byTime(query) : byShards(query, halves)
    if (parts === undefined) throw error
    await runBoth(client, parts, { ...sink, ranges })
  }
}

async function runBoth(client: Prometheus, parts: readonly RangeQuery[], sink: SeriesSink): Promise<void> {
  for (const part of parts) await runOrSplit(client, part, sink)
}

const byShards = (query: RangeQuery, halves: readonly [Shard, Shard]): readonly RangeQuery[] =>
  halves.map((shard) => ({ ...query, shard }))

function byTime(query: RangeQuery): readonly RangeQuery[] | undefined {
  const { chunk, step } = query
  const { start, end } = chunk
  if (end - start < Math.max(smallestRange, 2 * step)) return undefined
  const middle = start + Math.floor((end - start) / step / 2) * step
  const part = (from: number, to: number): RangeQuery => ({
    ...query,
    chunk: { start: from, end: to, seconds: to - from + step },
  })
  return [part(start, middle), part(middle + step, end)]
}

async function runOnce(
  client: Prometheus,
  { query, chunk, shard, step, at }: RangeQuery,
  deliver: (series: Series) => void,
): Promise<void> {
  const text = query(shard, chunk.seconds)
  if (at === 'end') return client.each({ query: text, time: chunk.end }, deliver)
  return client.each({ query: text, start: chunk.start, end: chunk.end, step }, deliver)
}
