import { isTooMuch, type Prometheus } from './prometheus.ts'
import type { Chunk } from './queries.ts'
import type { Series } from './response-reader.ts'
import type { Shard } from './selector.ts'
import { halveShard } from './shards.ts'

/** A part of the cluster in a part of the window. */
export interface Portion {
  readonly chunk: Chunk
  readonly shard: Shard
}

/** A question about a portion. */
export interface RangeQuery extends Portion {
  /** The question's text; `seconds` is the length of the chunk. */
  readonly query: (shard: Shard, seconds: number) => string
  /** Seconds from slot to slot. */
  readonly step: number
  /** Asked once at the end of the chunk, or at each slot of it. */
  readonly at: 'end' | 'slots'
  /** Shards that had to be halved before for this question: they are not asked for whole again. */
  readonly halved: Map<Shard, readonly [Shard, Shard]>
}

/** An hour is little enough for any server that answers at all. */
const smallestSpan = 3600

/**
 * Asks, in halves while the answer is too much: of the shard, and where that cannot be smaller, of the time. Each series of
 * a span is handed on once, even when an answer broke off and is asked for again in other parts.
 */
export function bisectRange(
  client: Prometheus,
  question: RangeQuery,
  onSeries: (series: Series) => void,
): Promise<void> {
  return ask(client, question, { onSeries, seen: new Map(), spans: [] })
}

interface Intake {
  readonly onSeries: (series: Series) => void
  /** Labels of the series that were handed on, by span. */
  readonly seen: Map<string, Set<string>>
  /** The spans that were asked for on the way to this one. */
  readonly spans: readonly string[]
}

async function ask(client: Prometheus, question: RangeQuery, intake: Intake): Promise<void> {
  const known = question.halved.get(question.shard)
  if (known !== undefined) return askBoth(client, partsOf(question, known), intake)
  const span = `${question.chunk.start} ${question.chunk.end}`
  const spans = intake.spans.includes(span) ? intake.spans : [...intake.spans, span]
  const hand = (series: Series): void => {
    const key = JSON.stringify(series.labels)
    if (spans.some((one) => intake.seen.get(one)?.has(key))) return
    intake.seen.set(span, (intake.seen.get(span) ?? new Set()).add(key))
    intake.onSeries(series)
  }
  try {
    await askOnce(client, question, hand)
  } catch (error) {
    if (!isTooMuch(error)) throw error
    const halves = halveShard(question.shard)
    if (halves !== undefined) question.halved.set(question.shard, halves)
    const parts = halves === undefined ? halvesOfTime(question) : partsOf(question, halves)
    if (parts === undefined) throw error
    await askBoth(client, parts, { ...intake, spans })
  }
}

async function askBoth(client: Prometheus, parts: readonly RangeQuery[], intake: Intake): Promise<void> {
  for (const part of parts) await ask(client, part, intake)
}

const partsOf = (question: RangeQuery, halves: readonly [Shard, Shard]): readonly RangeQuery[] =>
  halves.map((shard) => ({ ...question, shard }))

function halvesOfTime(question: RangeQuery): readonly RangeQuery[] | undefined {
  const { chunk, step } = question
  const { start, end } = chunk
  if (end - start < Math.max(smallestSpan, 2 * step)) return undefined
  const middle = start + Math.floor((end - start) / step / 2) * step
  const part = (from: number, to: number): RangeQuery => ({
    ...question,
    chunk: { start: from, end: to, seconds: to - from + step },
  })
  return [part(start, middle), part(middle + step, end)]
}

async function askOnce(
  client: Prometheus,
  question: RangeQuery,
  hand: (series: Series) => void,
): Promise<void> {
  const { chunk, shard, step, at } = question
  const query = question.query(shard, chunk.seconds)
  if (at === 'end') return client.each({ query, time: chunk.end }, hand)
  return client.each({ query, start: chunk.start, end: chunk.end, step }, hand)
}
