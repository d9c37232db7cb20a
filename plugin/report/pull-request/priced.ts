import type { Plan } from '../../model/plan.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import { sum } from '../../model/sum.ts'
import { type Markdown, markdown } from '../../model/text/markdown.ts'
import type { Prices } from '../cost.ts'
import { money } from '../fleet/format.ts'
import { backtestsOf } from '../plan-backtest.ts'
import type { Line } from './lines.ts'

/** What changes add to the cost of a month; negative where they save. */
export interface PricedChange {
  readonly aMonth: number
  readonly currency: string
}

/** The cost of changes over the mean number of pods, for changes without a backtest; `undefined` without prices. */
export const pricedByLines = (lines: readonly Line[], prices: Prices | undefined): PricedChange | undefined =>
  prices && { aMonth: sum(lines.map(({ cost = 0 }) => cost)), currency: prices.currency }

/** The cost of changes by the backtest of their workloads, as `explain` and the report have it; `undefined` without a backtest. */
export const pricedByBacktest = (
  backtest: Plan['backtest'],
  changes: readonly ProposedChange[],
): PricedChange | undefined => {
  const workloads = backtestsOf(backtest, changes)
  if (backtest === undefined || workloads.length === 0) return undefined
  const aMonth = sum(workloads.map(({ before, after }) => after.costPerMonth - before.costPerMonth))
  return { aMonth, currency: backtest.currency }
}

/** ` and saves about $25 a month`; empty where the cost stays the same or is not known. */
export function costClause(priced: PricedChange | undefined): Markdown | '' {
  if (priced === undefined || Math.abs(priced.aMonth) < 0.01) return ''
  const text = money(Math.abs(priced.aMonth), priced.currency)
  return priced.aMonth < 0
    ? markdown` and saves about ${text} a month`
    : markdown` and costs about ${text} more a month`
}
