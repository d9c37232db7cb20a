/** The cost of a run's queries to one Prometheus. */
export interface QueryCost {
  queries: number
  series: number
  samples: number
  /** Seconds spent on responses; parallel ones are added up. */
  seconds: number
  bytes: number
}

/** The cost before the first query. */
export const noCost = (): QueryCost => ({ queries: 0, series: 0, samples: 0, seconds: 0, bytes: 0 })

const short = (count: number): string =>
  count < 10_000
    ? String(count)
    : count < 1e7
      ? `${Math.round(count / 1000)}k`
      : `${Math.round(count / 1e6)}M`

/** Prints the cost on one line. */
export const printCost = ({ queries, series, samples, seconds, bytes }: QueryCost): string =>
  `${queries} queries, ${short(series)} series, ${short(samples)} samples, ${short(bytes)} bytes, ${Math.round(seconds)} s of responses`
