import { ExpectedStop } from '../../model/problem.ts'
import type { Prometheus } from './client.ts'
import { isFatal } from './client-errors.ts'
import { longestQuery, together } from './one-query.ts'
import type { Series } from './response-reader.ts'

/** A client that can ask for several queries in one. */
export interface GatheringClient extends Prometheus {
  /**
   * Asks for several queries at one time, in seconds since 1970. `instant` and `each` then give the series of each of them once, without
   * another request. False where the server does not answer all of them together: each is asked for by itself then.
   */
  readonly gather: (queries: readonly string[], time: number) => Promise<boolean>
}

/** The label that says of which query a series is. */
const which = 'tortoise_query'

/** Adds `gather` to a client. */
export function gatheringClient(client: Prometheus): GatheringClient {
  const known = new Map<string, readonly Series[]>()
  const keyOf = (query: string, time: number): string => `${time} ${query}`
  const take = (query: string, time: number): readonly Series[] | undefined => {
    const key = keyOf(query, time)
    const found = known.get(key)
    known.delete(key)
    return found
  }
  return {
    ...client,
    gather: async (queries, time) => {
      const query = together(queries, which)
      if (query.length > longestQuery) return false
      const found = queries.map((): Series[] => [])
      try {
        for (const { labels, ...samples } of await client.instant(query, time)) {
          const { [which]: nth = '', ...own } = labels
          found[Number(nth)]?.push({ labels: own, ...samples })
        }
      } catch (error) {
        if (error instanceof ExpectedStop && !isFatal(error)) return false
        throw error
      }
      for (const [nth, one] of queries.entries()) known.set(keyOf(one, time), found[nth] ?? [])
      return true
    },
    instant: async (query, time) => take(query, time) ?? client.instant(query, time),
    each: async (query, onSeries) => {
      const found = 'time' in query ? take(query.query, query.time) : undefined
      if (found === undefined) return client.each(query, onSeries)
      for (const series of found) onSeries(series)
    },
  }
}
