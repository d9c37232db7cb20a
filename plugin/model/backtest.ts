import type { Workload } from './workload.ts'

/** What a core and a GiB cost. */
export interface Prices {
  readonly coreHour: number
  readonly gibibyteHour: number
}

/** What values would have come to on recorded history, of one workload or of all. Ratios are absent where nothing was used. */
export interface BacktestFigures {
  /** Workload-days judged. */
  readonly days: number
  /** Requested ÷ used, over all pods. */
  readonly cpuRequestedOverUsed?: number
  readonly memoryRequestedOverUsed?: number
  /** Requests at the prices of settings, for a month of 30 days. */
  readonly costPerMonth: number
  /** Share of the time that a busiest pod used more CPU than requested, 0 to 100. */
  readonly percentAbove: number
  /** CPU used above requests, as a share of what was used, 0 to 100. */
  readonly percentVolumeAbove: number
  /** Share of the time that a busiest pod was at its CPU limit, or of the CFS periods it was held back in where that is more, 0 to 100. */
  readonly percentThrottled: number
  readonly oomKills: number
  /** Pods a workload, on average. */
  readonly replicas: number
  /** Share of the time at the HPA's maximum with more to do, 0 to 100. */
  readonly percentAtMaximum: number
  /** Share of the time that the pods of its HPA are asked for more than they request, 0 to 100; absent where no HPA can be simulated. */
  readonly percentShort?: number
  /** Values moved, for each workload and month of 30 days. */
  readonly changesPerMonth: number
  /** Times that anything was moved, which is a roll-out or an edit of the HPA, for each workload and month. */
  readonly commitsPerMonth: number
}

/** What one set of values comes to on the recorded history of a workload. */
export interface OutcomeFigures extends Omit<BacktestFigures, 'changesPerMonth' | 'commitsPerMonth'> {
  /** Requested by all pods together, on average. */
  readonly requestedCores: number
  readonly requestedGibibytes: number
}

/** A workload's history under the values of today and under those proposed. */
export interface WorkloadBacktest {
  readonly source: string
  readonly cluster?: string
  readonly workload: Workload
  readonly before: OutcomeFigures
  readonly after: OutcomeFigures
}

/** The backtests of a plan: one for each workload with values to change. */
export interface PlanBacktest {
  readonly currency: string
  readonly workloads: readonly WorkloadBacktest[]
}

/** One workload under one profile; `today` are the values as they stand. */
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
  /** All workloads together, a row a profile. */
  readonly totals: readonly (BacktestFigures & { readonly profile: string; readonly workloads: number })[]
  readonly rows: readonly BacktestRow[]
  /** Workloads that cannot be judged, and why. */
  readonly skipped: readonly { readonly workload: string; readonly reason: string }[]
}
