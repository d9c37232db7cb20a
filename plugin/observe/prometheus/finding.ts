/** All findings about usage data. A closed set, so that hosts and docs can list them. */
export type FindingCode =
  | 'usage-missing'
  | 'metric-missing'
  | 'clusters-mixed'
  | 'scraped-twice'
  | 'series-of-cores'
  | 'containers-unnamed'
  | 'rate-of-two-samples'
  | 'pods-unowned'
  | 'part-failed'
  | 'values-impossible'
  | 'answer-partial'
  | 'gaps'
  | 'young'
  | 'oom-killed'
  | 'cache-damaged'

/** Something that affects the quality of usage data. */
export interface Finding {
  readonly code: FindingCode
  readonly level: 'warning' | 'note'
  readonly cluster: string
  readonly message: string
  /** PromQL that shows it. */
  readonly query?: string
  /** How to fix it, as an imperative. */
  readonly hint?: string
}

/** A finding before its cluster is added. */
export type FindingDraft = Omit<Finding, 'cluster'>
