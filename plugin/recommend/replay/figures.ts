import type { BacktestFigures, Prices } from '../../model/backtest.ts'
import { rounded } from '../../model/rounded.ts'
import type { Scores } from './scores.ts'

const daysPerMonth = 30
const gibibyte = 1024 ** 3

/** The result of a backtest: its scores, the days they cover, and how often values changed. */
export interface BacktestResult {
  readonly scores: Scores
  /** Values that changed. */
  readonly changes: number
  /** Decisions that changed at least one value. */
  readonly commits: number
  readonly days: number
}

/** Computes the published figures of a backtest: ratios, percentages, and amounts for a month of 30 days. */
export function backtestFigures(
  { scores, changes, commits, days }: BacktestResult,
  prices: Prices,
): BacktestFigures {
  const { seconds, cpuRequested, cpuUsed, memoryRequested, memoryUsed } = scores
  const cost = (cpuRequested * prices.coreHour + (memoryRequested / gibibyte) * prices.gibibyteHour) / 3600
  const perMonth = (amount: number): number => rounded((amount / Math.max(days, 1)) * daysPerMonth, 2)
  return {
    days,
    ...(cpuUsed === 0 ? {} : { cpuRequestedOverUsed: rounded(cpuRequested / cpuUsed, 3) }),
    ...(memoryUsed === 0 ? {} : { memoryRequestedOverUsed: rounded(memoryRequested / memoryUsed, 3) }),
    costPerMonth: rounded((cost / Math.max(days, 1)) * daysPerMonth * (scores.workloads || 1), 2),
    percentAbove: percent(scores.aboveSeconds, seconds),
    percentVolumeAbove: percent(scores.aboveVolume, cpuUsed),
    percentThrottled: percent(scores.throttledSeconds, seconds),
    oomKills: scores.oomKills,
    replicas: rounded(scores.workloadSeconds === 0 ? 0 : scores.podSeconds / scores.workloadSeconds, 2),
    percentAtMaximum: percent(scores.atMaximumSeconds, scores.workloadSeconds),
    ...(scores.simulatedSeconds === 0
      ? {}
      : { percentShort: percent(scores.overloadSeconds, scores.simulatedSeconds) }),
    commitsPerMonth: perMonth(commits),
    changesPerMonth: perMonth(changes),
  }
}

const percent = (part: number, total: number): number => (total === 0 ? 0 : rounded((part / total) * 100, 2))
