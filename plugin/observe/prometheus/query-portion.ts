import { bisectRange, type Portion, type RangeQuery } from './bisect-range.ts'
import type { Prometheus } from './client.ts'
import type { Dialect } from './dialect.ts'
import { queriesFor, type Timing } from './queries.ts'
import type { Series } from './response-reader.ts'
import type { Selection, Shard } from './selector.ts'

/** One reading of one cluster. */
export interface ClusterReading {
  readonly client: Prometheus
  readonly dialect: Dialect
  readonly selection: Selection
  readonly timing: Timing
  /** Names of the queries that returned at least one series. */
  readonly answered: Set<string>
  /** Shards that were halved, by query. */
  readonly halved: Map<string, RangeQuery['halved']>
  /** Skipped pods, by the reason: their owner is unknown, or of a kind that is not sized. */
  readonly unownedPods: Map<string, Set<string>>
  /** Samples that no container can have, by container. */
  readonly impossible: Map<string, number>
}

type QueryName = 'cpu' | 'memory' | 'oomRestarts' | 'owners' | 'facts'

/** One of the queries for a portion, for some of its pods or for all. */
export interface PortionQuery extends Portion {
  readonly name: QueryName
  readonly pods?: readonly string[] | undefined
}

/** Runs one of the queries for a portion; see `bisectRange`. */
export function queryPortion(
  reading: ClusterReading,
  { chunk, shard, name, pods }: PortionQuery,
  onSeries: (series: Series) => void,
): Promise<void> {
  const halved: RangeQuery['halved'] = reading.halved.get(name) ?? new Map()
  reading.halved.set(name, halved)
  const at = name === 'owners' || name === 'facts' ? 'end' : 'slots'
  const query = (part: Shard, seconds: number): string => {
    const selection = { ...reading.selection, shard: part, ...(pods && { pods }) }
    const text = queriesFor(selection, reading.timing, reading.dialect)[name]
    return typeof text === 'string' ? text : text(seconds)
  }
  return bisectRange(reading.client, { chunk, shard, query, at, step: reading.timing.step, halved }, onSeries)
}
