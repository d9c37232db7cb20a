import { z } from 'zod'
import type { BacktestFigures, BacktestReport } from '../model/backtest.ts'
import { plural } from '../model/plural.ts'
import { workloadLabel } from '../model/workload.ts'
import { percent, ratio, sharedFigures } from './figures.ts'
import { type Paint, plain } from './paint.ts'

const figures = {
  profile: z.string().describe('The profile; `today` for the values as they stand.'),
  days: z.number().describe('Workload-days judged.'),
  cpuRequestedOverUsed: ratio('CPU requested ÷ used, over all pods'),
  memoryRequestedOverUsed: ratio('Memory requested ÷ used, over all pods'),
  ...sharedFigures,
  percentAbove: percent('Time of a busiest pod above its CPU request'),
  percentVolumeAbove: percent('CPU used above requests, of what was used'),
  percentThrottled: percent(
    'Time of a busiest pod at its CPU limit; CFS periods it was held back in, where more',
  ),
  oomKills: z.number().int().describe('Times that memory passed its limit.'),
  replicas: z.number().describe('Pods a workload, on average.'),
  commitsPerMonth: z.number().describe('Times that anything was moved, for each workload and 30 days.'),
  changesPerMonth: z.number().describe('Values moved, for each workload and 30 days.'),
}

/** The format of `backtest -o json`. */
export const backtestSchema = z
  .object({
    kind: z.literal('TortoiseBacktest'),
    version: z.literal(1),
    historyDays: z.number().describe('Days that a decision looks back on.'),
    trainDays: z.number().describe('Days before the first decision.'),
    everyDays: z.number().describe('Days from one decision to the next.'),
    currency: z.string(),
    totals: z
      .array(z.object({ ...figures, workloads: z.number().int() }))
      .describe('All workloads together, a row a profile.'),
    rows: z.array(
      z.object({
        ...figures,
        cluster: z.string(),
        workload: z
          .object({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() })
          .describe('A controller object.'),
      }),
    ),
    skipped: z.array(z.object({ workload: z.string(), reason: z.string() })),
  })
  .describe('Recorded history replayed under profiles, walking forward.')

/** A backtest as JSON, in the format of `backtestSchema`. */
export const jsonBacktest = (report: BacktestReport): object => ({
  kind: 'TortoiseBacktest',
  version: 1,
  ...report,
})

/** Headings and cells; a heading has two lines in a terminal. */
const columns: readonly (readonly [
  heading: readonly [string, string],
  cell: (one: BacktestFigures) => string,
])[] = [
  [['CPU', '÷ used'], ({ cpuRequestedOverUsed: value }) => value?.toFixed(2) ?? '–'],
  [['memory', '÷ used'], ({ memoryRequestedOverUsed: value }) => value?.toFixed(2) ?? '–'],
  [['above', 'request'], ({ percentAbove }) => `${percentAbove} %`],
  [['volume', 'above'], ({ percentVolumeAbove }) => `${percentVolumeAbove} %`],
  [['CPU', 'throttled'], ({ percentThrottled }) => `${percentThrottled} %`],
  [['OOM', 'kills'], ({ oomKills }) => String(oomKills)],
  [['pods', 'on average'], ({ replicas }) => replicas.toFixed(2)],
  [['HPA', 'short'], ({ percentShort }) => (percentShort === undefined ? '–' : `${percentShort} %`)],
  [['HPA at', 'maximum'], ({ percentAtMaximum }) => `${percentAtMaximum} %`],
  [['commits', 'a month'], ({ commitsPerMonth }) => commitsPerMonth.toFixed(1)],
  [['values', 'a month'], ({ changesPerMonth }) => changesPerMonth.toFixed(1)],
]

const headingsOf = (currency: string): readonly (readonly [string, string])[] => [
  ['', 'workload'],
  ['', 'profile'],
  [currency, 'a month'],
  ['to', 'today'],
  ...columns.map(([heading]) => heading),
]

type Line = readonly string[]

/** Rows by workload, `today` first in each; then the totals. */
function linesOf({ rows, totals }: BacktestReport): readonly Line[] {
  const name = ({ cluster, workload }: BacktestReport['rows'][number]): string =>
    `${cluster} ${workload.namespace} ${workloadLabel(workload)}`
  const names = [...new Set(rows.map(name))]
  const of = plural(totals[0]?.workloads ?? 0, 'workload')
  return [
    ...names.flatMap((own) =>
      groupLines(
        own,
        rows.filter((row) => name(row) === own),
      ),
    ),
    ...groupLines(of, totals),
  ]
}

/** The rows of one workload, or of all; the first is what the others are compared to. */
function groupLines(
  own: string,
  rows: readonly (BacktestFigures & { readonly profile: string })[],
): readonly Line[] {
  const [today] = rows
  return rows.map((row, index) => [
    index === 0 ? own : '',
    row.profile,
    row.costPerMonth.toFixed(2),
    index === 0 || !today?.costPerMonth ? '' : signed((row.costPerMonth / today.costPerMonth - 1) * 100),
    ...columns.map(([, cell]) => cell(row)),
  ])
}

function signed(value: number): string {
  const whole = Math.round(value)
  return whole < 0 ? `−${-whole} %` : `+${whole} %`
}

const introduction = ({ historyDays, trainDays, everyDays, rows }: BacktestReport): string =>
  rows.length === 0
    ? 'Nothing can be judged.'
    : `Walked forward: the first ${plural(trainDays, 'day')} teach, then a decision every ${plural(everyDays, 'day')} on up to ${plural(historyDays, 'day')} before it, charged with what came after.`

const leftOut = ({ skipped }: BacktestReport): string =>
  skipped.map(({ workload, reason }) => `${workload}: ${reason}`).join('\n')

/** A backtest as a person reads it in a terminal. */
export function terminalBacktest(report: BacktestReport, paint: Paint = plain): string {
  const lines = linesOf(report)
  const headings = headingsOf(report.currency)
  const widths = headings.map((heading, column) =>
    Math.max(...heading.map((text) => text.length), ...lines.map((line) => line[column]?.length ?? 0)),
  )
  const padded = (line: Line): string =>
    line
      .map((text, column) =>
        column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const totals = report.totals.length
  const body = lines.map((line, index) =>
    index >= lines.length - totals ? paint.bold(padded(line)) : padded(line),
  )
  const head = [0, 1].map((line) => paint.dim(padded(headings.map((heading) => heading[line] ?? ''))))
  const table = report.rows.length === 0 ? '' : [...head, ...body].join('\n')
  return `${[introduction(report), table, paint.dim(leftOut(report))].filter(Boolean).join('\n\n')}\n`
}

/** A backtest as Markdown. */
export function markdownBacktest(report: BacktestReport): string {
  const row = (cells: Line): string => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const headings = headingsOf(report.currency).map((heading) => heading.join(' ').trim())
  const aligned = headings.map((_, column) => (column < 2 ? '---' : '---:'))
  const table =
    report.rows.length === 0 ? '' : [row(headings), row(aligned), ...linesOf(report).map(row)].join('\n')
  return `${[introduction(report), table, leftOut(report)].filter(Boolean).join('\n\n')}\n`
}
