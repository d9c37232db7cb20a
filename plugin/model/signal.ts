/** Something that owners measure of their workloads, and when it is worse. */
export interface SignalRule {
  readonly name: string
  readonly worse: 'above' | 'below'
  /** Worse beyond this value. One of `value` and `relative` is given. */
  readonly value?: number | undefined
  /** Worse by more than this share of the same hours before: 0.2 is 20 %. */
  readonly relative?: number | undefined
}

/** What was measured of one workload. */
export interface SignalSamples extends SignalRule {
  /** Time of the first value, in seconds since 1970, UTC. */
  readonly first: number
  /** Seconds between values. */
  readonly step: number
  /** Values in the unit of the query; `NaN` where nothing was measured. */
  readonly values: readonly number[]
}
