import type { BacktestFigures, Prices } from '../../model/backtest.ts'
import type { Scores } from './score.ts'

const month = 30
const gibibyte = 1024 ** 3

/** Charges with the days they are from and the values that were moved. */
export interface Judged {
  readonly charges: Scores
  readonly changes: number
  /** Decisions that moved anything. */
  readonly commits: number
  readonly days: number
}

/** Turns sums into figures that people compare. */
export function figuresOf({ charges, changes, commits, days }: Judged, prices: Prices): BacktestFigures {
  const { seconds, cpuRequested, cpuUsed, memoryRequested, memoryUsed } = charges
  const cost = (cpuRequested * prices.coreHour + (memoryRequested / gibibyte) * prices.gibibyteHour) / 3600
  return {
    days,
    ...(cpuUsed === 0 ? {} : { cpuRequestedOverUsed: rounded(cpuRequested / cpuUsed, 3) }),
    ...(memoryUsed === 0 ? {} : { memoryRequestedOverUsed: rounded(memoryRequested / memoryUsed, 3) }),
    costPerMonth: rounded((cost / Math.max(days, 1)) * month * (charges.workloads || 1), 2),
    percentAbove: percent(charges.aboveSeconds, seconds),
    percentVolumeAbove: percent(charges.aboveVolume, cpuUsed),
    percentThrottled: percent(charges.throttledSeconds, seconds),
    oomKills: charges.oomKills,
    replicas: rounded(charges.workloadSeconds === 0 ? 0 : charges.podSeconds / charges.workloadSeconds, 2),
    percentAtMaximum: percent(charges.atMaximumSeconds, charges.workloadSeconds),
    ...(charges.simulatedSeconds === 0
      ? {}
      : { percentShort: percent(charges.overloadSeconds, charges.simulatedSeconds) }),
    commitsPerMonth: rounded((commits / Math.max(days, 1)) * month, 2),
    changesPerMonth: rounded((changes / Math.max(days, 1)) * month, 2),
  }
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : rounded((part / whole) * 100, 2))
/** Rounds to some digits after the point. */
export const rounded = (value: number, digits: number): number =>
  Math.round(value * 10 ** digits) / 10 ** digits
