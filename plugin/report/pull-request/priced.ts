import type { WorkloadBacktest } from '../../model/backtest.ts'
import { sum } from '../../model/sum.ts'
import { type Markdown, markdown } from '../../model/text/markdown.ts'
import { type Prices, printMoney } from '../cost.ts'
import { money } from '../fleet/format.ts'
import type { Line } from './lines.ts'

/** What changes add to the cost of a month; negative where they save. */
export interface PricedChange {
  readonly aMonth: number
  /** Prints an amount of money without its sign. */
  readonly text: (amount: number) => string
}

/** The cost of changes at the prices that are set for pull requests; `undefined` without prices. */
export const pricedByLines = (lines: readonly Line[], prices: Prices | undefined): PricedChange | undefined =>
  prices && { aMonth: sum(lines.map(({ cost = 0 }) => cost)), text: (amount) => printMoney(amount, prices) }

/** The cost of changes by the backtest of their workloads, as `explain` and the report have it; `undefined` without a backtest. */
export const pricedByBacktest = (
  workloads: readonly WorkloadBacktest[],
  currency: string,
): PricedChange | undefined =>
  workloads.length === 0
    ? undefined
    : {
        aMonth: sum(workloads.map(({ before, after }) => after.costPerMonth - before.costPerMonth)),
        text: (amount) => money(Math.abs(amount), currency),
      }

/** ` and saves about $25 a month`; empty where the cost stays the same or is not known. */
export function costClause(priced: PricedChange | undefined): Markdown | '' {
  if (priced === undefined || Math.abs(priced.aMonth) < 0.01) return ''
  const text = priced.text(priced.aMonth)
  return priced.aMonth < 0
    ? markdown` and saves about ${text} a month`
    : markdown` and costs about ${text} more a month`
}
