import { bisectRange, type Portion, type RangeQuery } from './bisect-range.ts'
import type { Prometheus } from './client.ts'
import type { Dialect } from './dialect.ts'
import { together } from './one-query.ts'
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

type QueryName = 'cpu' | 'memory' | 'usage' | 'oomRestarts' | 'owners' | 'facts'

/** The pods that may have restarted after an OOM kill: some, or any of them. */
export interface RestartedPods {
  readonly pods?: readonly string[]
}

/** One of the queries for a portion. */
interface PortionQuery extends Portion {
  readonly name: QueryName
  /** The pods for `oomRestarts`. With them, `usage` reads restarts too. */
  readonly restarted?: RestartedPods | undefined
}

/** Runs one of the queries for a portion; see `bisectRange`. */
export function queryPortion(
  reading: ClusterReading,
  { chunk, shard, ...asked }: PortionQuery,
  onSeries: (series: Series) => void,
): Promise<void> {
  const { name } = asked
  const halved: RangeQuery['halved'] = reading.halved.get(name) ?? new Map()
  reading.halved.set(name, halved)
  const at = name === 'owners' || name === 'facts' ? 'end' : 'slots'
  const query = (part: Shard, seconds: number): string => textFor(reading, asked, { shard: part, seconds })
  const range = {
    chunk,
    shard,
    query,
    at,
    step: reading.timing.step,
    halved,
    isWhole: name === 'usage',
  } as const
  return bisectRange(reading.client, range, onSeries)
}

/** The text of a query for a shard, over a number of seconds. */
export function textFor(
  { selection, timing, dialect }: Pick<ClusterReading, 'selection' | 'timing' | 'dialect'>,
  { name, restarted }: Pick<PortionQuery, 'name' | 'restarted'>,
  { shard, seconds }: { readonly shard: Shard; readonly seconds: number },
): string {
  const own = { ...selection, shard }
  const { cpu, memory, owners, facts } = queriesFor(own, timing, dialect)
  const { oomRestarts } = queriesFor({ ...own, ...restarted }, timing, dialect)
  const texts: Readonly<Record<QueryName, () => string>> = {
    cpu: () => cpu,
    memory: () => memory,
    usage: () => together({ cpu, memory, ...(restarted && { restarts: oomRestarts }) }),
    oomRestarts: () => oomRestarts,
    owners: () => owners(seconds),
    facts: () => facts(seconds),
  }
  return texts[name]()
}
