import type { Workload } from './workload.ts'

/** Prices of one core and of one GiB of memory for an hour. */
export interface Prices {
  readonly coreHour: number
  readonly gibibyteHour: number
}

/** Figures of a set of values on recorded history, for one workload or for all. Ratios are left out without usage. */
export interface BacktestFigures {
  /** Workload-days that were scored. */
  readonly days: number
  /** Requested ÷ used, over all pods. */
  readonly cpuRequestedOverUsed?: number
  readonly memoryRequestedOverUsed?: number
  /** Cost of requests at the prices of the settings, for a month of 30 days. */
  readonly costPerMonth: number
  /** Share of the time that the busiest pod uses more CPU than it requests, 0 to 100. */
  readonly percentAbove: number
  /** CPU used above requests, as a share of the CPU used, 0 to 100. */
  readonly percentVolumeAbove: number
  /** Share of the time that the busiest pod is at its CPU limit, or of throttled CFS periods when that is more, 0 to 100. */
  readonly percentThrottled: number
  readonly oomKills: number
  /** Mean number of pods per workload. */
  readonly replicas: number
  /** Share of the time at the HPA's maximum with more demand than its target, 0 to 100. */
  readonly percentAtMaximum: number
  /** Share of the time that the pods of its HPA need more CPU than they request, 0 to 100; left out when no HPA can be simulated. */
  readonly percentShort?: number
  /** Values changed, per workload and month of 30 days. */
  readonly changesPerMonth: number
  /** Decisions that changed a value, each a rollout or an edit of the HPA, per workload and month of 30 days. */
  readonly commitsPerMonth: number
}

/** Figures of one set of values on the recorded history of a workload. */
export interface OutcomeFigures extends Omit<BacktestFigures, 'changesPerMonth' | 'commitsPerMonth'> {
  /** Mean of the requests of all pods together. */
  readonly requestedCores: number
  readonly requestedGibibytes: number
}

/** Figures of a workload's history under its current values and under the proposed ones. */
export interface WorkloadBacktest {
  readonly source: string
  readonly cluster?: string
  readonly workload: Workload
  readonly before: OutcomeFigures
  readonly after: OutcomeFigures
}

/** The backtests of a plan, one for each workload with changes. */
export interface PlanBacktest {
  readonly currency: string
  readonly workloads: readonly WorkloadBacktest[]
}

/** One workload under one profile; `today` means the current values. */
export interface BacktestRow extends BacktestFigures {
  readonly profile: string
  readonly cluster: string
  readonly workload: Workload
}

/** A whole backtest. */
export interface BacktestReport {
  readonly historyDays: number
  readonly trainDays: number
  readonly everyDays: number
  readonly currency: string
  /** All workloads together, one row per profile. */
  readonly totals: readonly (BacktestFigures & { readonly profile: string; readonly workloads: number })[]
  readonly rows: readonly BacktestRow[]
  /** Workloads that cannot be scored, and why. */
  readonly skipped: readonly { readonly workload: string; readonly reason: string }[]
}
