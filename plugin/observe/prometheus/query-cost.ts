/** What a run asked of a Prometheus. */
export interface QueryCost {
  queries: number
  series: number
  samples: number
  /** Seconds that answers took, those that ran side by side added up. */
  seconds: number
  bytes: number
}

/** Nothing asked yet. */
export const noCost = (): QueryCost => ({ queries: 0, series: 0, samples: 0, seconds: 0, bytes: 0 })

const short = (count: number): string =>
  count < 10_000
    ? String(count)
    : count < 1e7
      ? `${Math.round(count / 1000)}k`
      : `${Math.round(count / 1e6)}M`

/** The cost on one line. */
export const printCost = ({ queries, series, samples, seconds, bytes }: QueryCost): string =>
  `${queries} queries, ${short(series)} series, ${short(samples)} points, ${short(bytes)} bytes, ${Math.round(seconds)} s of answers`
