/** The sources of usage data, in the usual order of preference. */
export const usageOrigins = ['prometheus', 'vpa', 'metrics-server', 'snapshot'] as const
export type UsageOrigin = (typeof usageOrigins)[number]

/** One source of usage data of one cluster that was read, and the cost of reading it. */
export interface UsageReading {
  readonly cluster: string
  readonly origin: UsageOrigin
  /** Workloads with usage data from this source that no preferred source has. */
  readonly workloads: number
  /** Metrics and labels that it uses, on one line. */
  readonly dialect?: string
  readonly cost?: ReadingCost
}

/** The cost of queries. */
export interface ReadingCost {
  readonly queries: number
  readonly series: number
  /** Samples in all series. */
  readonly samples: number
  /** Seconds spent on responses; parallel ones are added up. */
  readonly seconds: number
  readonly bytes: number
}
