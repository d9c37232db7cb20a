import type { BacktestReport, BacktestRow, Prices } from '../model/backtest.ts'
import { workloadLabel } from '../model/workload.ts'
import { type BacktestSchedule, backtest, type RecordedWorkload, scoredSpan } from './backtest.ts'
import type { RecommendSettings } from './recommend.ts'
import { type BacktestResult, backtestFigures } from './replay/figures.ts'
import { addScores, emptyScores } from './replay/scores.ts'

/** What to backtest: the profiles to compare, when they decide, and what requests cost. */
export interface BacktestRequest {
  readonly schedule: BacktestSchedule
  readonly prices: Prices & { readonly currency: string }
  /** Settings by the name of their profile. */
  readonly profiles: Readonly<Record<string, RecommendSettings>>
}

/** Name of the row in which the current values are kept. */
const unchanged = 'today'

interface ScoredWorkload {
  readonly workload: RecordedWorkload
  readonly result: BacktestResult
}

/** Backtests every workload under its current values and under each profile. Workloads without enough history are listed as skipped. */
export function backtestAll(
  workloads: readonly RecordedWorkload[],
  { schedule, prices, profiles }: BacktestRequest,
): BacktestReport {
  const scored = workloads.filter((one) => scoredSpan(one, schedule) !== undefined)
  const runs = [[unchanged, undefined] as const, ...Object.entries(profiles)].map(([profile, settings]) => ({
    profile,
    each: scored.flatMap((workload): readonly ScoredWorkload[] => {
      const result = backtest(workload, settings, schedule)
      return result === undefined ? [] : [{ workload, result }]
    }),
  }))
  const { historyDays, trainDays, everyDays } = schedule
  return {
    historyDays,
    trainDays,
    everyDays,
    currency: prices.currency,
    totals: runs.map(({ profile, each }) => ({
      profile,
      workloads: each.length,
      ...backtestFigures(totalOf(each), prices),
    })),
    rows: runs.flatMap(({ profile, each }) =>
      each.map(({ workload: { declared, observation }, result }): BacktestRow => {
        const { cluster } = observation
        return { profile, cluster, workload: declared.workload, ...backtestFigures(result, prices) }
      }),
    ),
    skipped: workloads.filter((one) => !scored.includes(one)).map((one) => skippedRow(one, trainDays + 1)),
  }
}

const totalOf = (each: readonly ScoredWorkload[]): BacktestResult =>
  each.reduce(
    (total, { result }) => ({
      scores: addScores(total.scores, result.scores),
      changes: total.changes + result.changes,
      commits: total.commits + result.commits,
      days: total.days + result.days,
    }),
    { scores: emptyScores, changes: 0, commits: 0, days: 0 },
  )

function skippedRow({ declared: { workload }, observation: { cluster } }: RecordedWorkload, days: number) {
  return {
    workload: `${cluster} ${workload.namespace} ${workloadLabel(workload)}`,
    reason: `The recording has fewer than ${days} days of daily data`,
  }
}
