import type { OutcomeFigures, PlanBacktest, WorkloadBacktest } from '../model/backtest.ts'
import { plural } from '../model/plural.ts'
import { type Markdown, markdown, unbroken } from '../model/text/markdown.ts'
import { sourceWorkloadKey, type Workload, workloadLabel } from '../model/workload.ts'
import { exactMoney } from './fleet/format.ts'

type Cell = (one: OutcomeFigures, money: string) => string

const number = (value: number | undefined, digits = 2): string =>
  value === undefined ? '–' : String(Number(value.toFixed(digits)))

interface Column {
  /** In tables, and before the figures in a line. */
  readonly heading: string
  readonly cell: Cell
  /** Whether a figure that is 0 before and after is left out of a line. */
  readonly onlyIfAny?: true
  /** Whether the line that sums up a proposal has it. */
  readonly inHead?: true
  /** What a line adds in brackets, for the figures after the change. */
  readonly note?: (after: OutcomeFigures) => string
}

const columns: readonly Column[] = [
  {
    heading: 'cost a month',
    cell: ({ costPerMonth }, currency) => exactMoney(costPerMonth, currency),
    inHead: true,
  },
  { heading: 'requested cores', cell: ({ requestedCores }) => number(requestedCores), inHead: true },
  { heading: 'requested GiB', cell: ({ requestedGibibytes }) => number(requestedGibibytes), inHead: true },
  {
    heading: 'CPU requested ÷ used',
    cell: ({ cpuRequestedOverUsed }) => number(cpuRequestedOverUsed),
  },
  {
    heading: 'memory requested ÷ used',
    cell: ({ memoryRequestedOverUsed }) => number(memoryRequestedOverUsed),
  },
  {
    heading: 'time with CPU above its request',
    cell: ({ percentAbove }) => `${percentAbove} %`,
    inHead: true,
    note: ({ percentAbove }) => minutesOfDay(percentAbove),
  },
  {
    heading: 'CPU used above requests',
    cell: ({ percentVolumeAbove }) => `${percentVolumeAbove} %`,
    note: ({ percentVolumeAbove }) => (percentVolumeAbove === 0 ? '' : 'of all CPU used'),
  },
  {
    heading: 'time throttled',
    cell: ({ percentThrottled }) => `${percentThrottled} %`,
    onlyIfAny: true,
    note: ({ percentThrottled }) => minutesOfDay(percentThrottled),
  },
  { heading: 'OOM kills', cell: ({ oomKills }) => String(oomKills), onlyIfAny: true, inHead: true },
  { heading: 'pods', cell: ({ replicas }) => number(replicas) },
  {
    heading: 'time with too few pods',
    cell: ({ percentShort }) => (percentShort === undefined ? '–' : `${percentShort} %`),
    onlyIfAny: true,
    note: ({ percentShort = 0 }) => minutesOfDay(percentShort),
  },
  {
    heading: "time at the HPA's maximum",
    cell: ({ percentAtMaximum }) => `${percentAtMaximum} %`,
    onlyIfAny: true,
    note: ({ percentAtMaximum }) => minutesOfDay(percentAtMaximum),
  },
]

/** A share of the time as `about 4 minutes a day`; empty for none. */
function minutesOfDay(percent: number): string {
  const minutes = (percent / 100) * 24 * 60
  if (minutes === 0) return ''
  if (minutes < 1) return 'less than a minute a day'
  return minutes < 120
    ? `about ${plural(Math.round(minutes), 'minute')} a day`
    : `about ${plural(Math.round(minutes / 60), 'hour')} a day`
}

type Replayed = Pick<WorkloadBacktest, 'before' | 'after'>

/** `12.40 USD → 8.10 USD`; one value where both are the same. */
function moved({ before, after }: Replayed, cell: Cell, money: string): string {
  const [was, is] = [cell(before, money), cell(after, money)]
  return was === is ? is : `${was} → ${is}`
}

/** `OOM kills: 4 → 0`; empty where there is nothing to say. */
function figure(one: Replayed, { heading, cell, onlyIfAny, note }: Column, money: string): string {
  const text = moved(one, cell, money)
  if (onlyIfAny && /^(0|0 %|–)$/.test(text)) return ''
  const more = note?.(one.after) ?? ''
  return `${heading}: ${text}${more === '' ? '' : ` (${more})`}`
}

/** `Cost a month: 40 USD; OOM kills: 2.` */
function sentence(parts: readonly string[]): string {
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** The backtest of one workload in one line, each figure current → proposed. */
export function backtestLine(one: Replayed, currency: string): string {
  const parts = columns.map((column) => figure(one, column, currency)).filter(Boolean)
  return `Backtest over ${plural(Math.round(one.after.days), 'day')}. ${sentence(parts)}`
}

/** All workloads together: sums of amounts, and means of percentages. */
function backtestTotal(workloads: readonly WorkloadBacktest[]): Replayed {
  const total = (side: 'before' | 'after'): OutcomeFigures => {
    const all = workloads.map((one) => one[side])
    const sum = (part: (one: OutcomeFigures) => number): number =>
      all.reduce((whole, one) => whole + part(one), 0)
    const mean = (part: (one: OutcomeFigures) => number): number =>
      Number((sum(part) / Math.max(1, all.length)).toFixed(2))
    const simulated = all.filter(({ percentShort }) => percentShort !== undefined)
    const [days] = all.map((one) => one.days).sort((one, other) => other - one)
    return {
      days: days ?? 0,
      requestedCores: sum((one) => one.requestedCores),
      requestedGibibytes: sum((one) => one.requestedGibibytes),
      costPerMonth: sum((one) => one.costPerMonth),
      percentAbove: mean((one) => one.percentAbove),
      percentVolumeAbove: mean((one) => one.percentVolumeAbove),
      percentThrottled: mean((one) => one.percentThrottled),
      oomKills: sum((one) => one.oomKills),
      replicas: sum((one) => one.replicas),
      percentAtMaximum: mean((one) => one.percentAtMaximum),
      ...(simulated.length === 0
        ? {}
        : { percentShort: Number((sum((one) => one.percentShort ?? 0) / simulated.length).toFixed(2)) }),
    }
  }
  return { before: total('before'), after: total('after') }
}

/** The backtest of some workloads together in one line; empty without workloads. */
export function backtestHead(workloads: readonly WorkloadBacktest[], currency: string): string {
  if (workloads.length === 0) return ''
  const total = backtestTotal(workloads)
  const parts = columns
    .filter(({ inHead }) => inHead)
    .map((column) => figure(total, column, currency))
    .filter(Boolean)
  return `Backtest over ${plural(Math.round(total.after.days), 'day')}, ${plural(workloads.length, 'workload')}. ${sentence(parts)}`
}

/** A Markdown table, current → proposed: one row for each workload and one for all. */
export function backtestTable({ workloads, currency }: PlanBacktest): Markdown {
  const cells = (one: Replayed): readonly Markdown[] =>
    columns.map(({ cell }) => unbroken(moved(one, cell, currency)))
  const name = ({ cluster, workload }: WorkloadBacktest): string =>
    [cluster, workload.namespace, workloadLabel(workload)].filter(Boolean).join(' ')
  const row = (line: readonly (Markdown | string)[]): Markdown => markdown`| ${markdown.join(line, ' | ')} |`
  const total = [markdown`**${plural(workloads.length, 'workload')}**`, ...cells(backtestTotal(workloads))]
  const lines = [
    row(['Workload', ...columns.map(({ heading }) => heading)]),
    row([markdown`---`, ...columns.map(() => markdown`--:`)]),
    ...workloads.map((one) => row([name(one), ...cells(one)])),
    ...(workloads.length > 1 ? [row(total)] : []),
  ]
  return markdown.join(lines, '\n')
}

/** The backtests of some workloads of a plan. */
export function backtestsOf(
  backtest: PlanBacktest | undefined,
  wanted: readonly { readonly source: string; readonly workload: Workload }[],
): readonly WorkloadBacktest[] {
  const keys = new Set(wanted.map(sourceWorkloadKey))
  return backtest?.workloads.filter((one) => keys.has(sourceWorkloadKey(one))) ?? []
}
