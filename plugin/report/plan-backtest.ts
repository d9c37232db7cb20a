import { z } from 'zod'
import type { OutcomeFigures, PlanBacktest, WorkloadBacktest } from '../model/backtest.ts'
import { escapeMarkdown } from '../model/escape-markdown.ts'
import { plural } from '../model/plural.ts'
import { type Workload, workloadKey, workloadLabel } from '../model/workload.ts'
import { percent, ratio, sharedFigures } from './figures.ts'

const figures = z
  .object({
    days: z.number().describe('Days of history replayed.'),
    requestedCores: z.number().describe('CPU requested by all pods, on average.'),
    requestedGibibytes: z.number().describe('Memory requested by all pods, on average.'),
    cpuRequestedOverUsed: ratio('CPU requested ÷ used'),
    memoryRequestedOverUsed: ratio('Memory requested ÷ used'),
    ...sharedFigures,
    percentAbove: percent('Time of the pods above their CPU requests'),
    percentVolumeAbove: percent('CPU used above requests, of what was used'),
    percentThrottled: percent(
      'Time of the pods at their CPU limits; CFS periods they were held back in, where more',
    ),
    oomKills: z
      .number()
      .int()
      .describe('Kills on record that would come again, and days over a memory limit.'),
    replicas: z.number().describe('Pods, on average; those of the simulated HPA where there is one.'),
  })
  .describe('What values come to on the recorded history of a workload.')

/** The format of the backtests in a report. */
export const planBacktestSchema = z
  .object({
    currency: z.string().describe('Of costs.'),
    workloads: z.array(
      z.object({
        source: z.string(),
        cluster: z.string().optional(),
        workload: z.object({
          apiVersion: z.string(),
          kind: z.string(),
          namespace: z.string(),
          name: z.string(),
        }),
        before: figures,
        after: figures,
      }),
    ),
  })
  .describe(
    "Recorded history replayed under today's values and under the new ones, for each workload to change.",
  )

type Cell = (one: OutcomeFigures, money: string) => string

const number = (value: number | undefined, digits = 2): string =>
  value === undefined ? '–' : String(Number(value.toFixed(digits)))

const columns: readonly (readonly [heading: string, cell: Cell])[] = [
  ['cost a month', ({ costPerMonth }, money) => `${costPerMonth.toFixed(2)} ${money}`],
  ['cores', ({ requestedCores }) => number(requestedCores)],
  ['GiB', ({ requestedGibibytes }) => number(requestedGibibytes)],
  ['CPU ÷ used', ({ cpuRequestedOverUsed }) => number(cpuRequestedOverUsed)],
  ['memory ÷ used', ({ memoryRequestedOverUsed }) => number(memoryRequestedOverUsed)],
  ['above request', ({ percentAbove }) => `${percentAbove} %`],
  ['volume above', ({ percentVolumeAbove }) => `${percentVolumeAbove} %`],
  ['throttled', ({ percentThrottled }) => `${percentThrottled} %`],
  ['OOM', ({ oomKills }) => String(oomKills)],
  ['pods', ({ replicas }) => number(replicas)],
  ['HPA short', ({ percentShort }) => (percentShort === undefined ? '–' : `${percentShort} %`)],
  ['HPA at maximum', ({ percentAtMaximum }) => `${percentAtMaximum} %`],
]

/** `12.40 USD → 8.10 USD`; once where both are alike. */
function moved(
  { before, after }: Pick<WorkloadBacktest, 'before' | 'after'>,
  cell: Cell,
  money: string,
): string {
  const [was, is] = [cell(before, money), cell(after, money)]
  return was === is ? is : `${was} → ${is}`
}

const idle = new Set(['throttled', 'OOM', 'HPA short', 'HPA at maximum'])

/** The backtest of one workload in one line, today → proposed; what is nothing before and after is left out. */
export function backtestLine(one: Pick<WorkloadBacktest, 'before' | 'after'>, currency: string): string {
  const parts = columns.flatMap(([heading, cell]) => {
    const text = moved(one, cell, currency)
    return idle.has(heading) && /^(0|0 %|–)$/.test(text) ? [] : [`${heading} ${text}`]
  })
  return `Backtest over ${plural(Math.round(one.after.days), 'day')}: ${parts.join('; ')}.`
}

/** All workloads together: sums of what adds up, and means over workloads of shares. */
function backtestTotal(workloads: readonly WorkloadBacktest[]): Pick<WorkloadBacktest, 'before' | 'after'> {
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

/** The sum of some workloads in one line, for the head of a report; empty without any. */
export function backtestHead(workloads: readonly WorkloadBacktest[], currency: string): string {
  if (workloads.length === 0) return ''
  const total = backtestTotal(workloads)
  const kept = new Set(['cost a month', 'cores', 'GiB', 'above request', 'OOM'])
  const parts = columns
    .filter(([heading]) => kept.has(heading))
    .map(([heading, cell]) => [heading, moved(total, cell, currency)] as const)
    .filter(([heading, text]) => !(idle.has(heading) && text === '0'))
    .map(([heading, text]) => `${heading} ${text}`)
  return `Backtest over ${plural(Math.round(total.after.days), 'day')}, ${plural(workloads.length, 'workload')}: ${parts.join('; ')}.`
}

/** A row a workload and a row for all, today → proposed, as Markdown; empty without any. */
export function backtestTable({ workloads, currency }: PlanBacktest): string {
  if (workloads.length === 0) return ''
  const cells = (one: Pick<WorkloadBacktest, 'before' | 'after'>): readonly string[] =>
    columns.map(([, cell]) => moved(one, cell, currency).replaceAll(' ', '\u00a0'))
  const name = ({ cluster, workload }: WorkloadBacktest): string =>
    escapeMarkdown([cluster, workload.namespace, workloadLabel(workload)].filter(Boolean).join(' '))
  const row = (line: readonly string[]): string => `| ${line.join(' | ')} |`
  return [
    row(['Workload', ...columns.map(([heading]) => heading)]),
    row(['---', ...columns.map(() => '--:')]),
    ...workloads.map((one) => row([name(one), ...cells(one)])),
    ...(workloads.length > 1
      ? [row([`**${plural(workloads.length, 'workload')}**`, ...cells(backtestTotal(workloads))])]
      : []),
  ].join('\n')
}

/** Those of some workloads of a plan: of a part of it, for example. */
export function backtestsOf(
  backtest: PlanBacktest | undefined,
  wanted: readonly { readonly source: string; readonly workload: Workload }[],
): readonly WorkloadBacktest[] {
  const key = (one: (typeof wanted)[number]): string => `${one.source}\0${workloadKey(one.workload)}`
  const keys = new Set(wanted.map(key))
  return backtest?.workloads.filter((one) => keys.has(key(one))) ?? []
}
