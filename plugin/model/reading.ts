/** Where usage can be read from, the usual order of preference. */
export const usageOrigins = ['prometheus', 'vpa', 'metrics-server', 'snapshot'] as const
export type UsageOrigin = (typeof usageOrigins)[number]

/** What was asked of one source of usage of one cluster, and how much that was. */
export interface UsageReading {
  readonly cluster: string
  readonly origin: UsageOrigin
  /** Workloads whose usage it gave, after those that stand before it in the order of preference. */
  readonly workloads: number
  /** How it records, on one line. */
  readonly dialect?: string
  readonly cost?: ReadingCost
}

/** What answers took. */
export interface ReadingCost {
  readonly queries: number
  readonly series: number
  /** Points of all series. */
  readonly samples: number
  /** Seconds of answers, those that ran side by side added up. */
  readonly seconds: number
  readonly bytes: number
}
