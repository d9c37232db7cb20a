import { z } from 'zod'
import type { BacktestFigures, BacktestReport } from '../model/backtest.ts'
import { plural } from '../model/plural.ts'
import { type Markdown, markdown } from '../model/text/markdown.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import { present } from '../model/text/text.ts'
import { workloadLabel } from '../model/workload.ts'
import { percent, ratio, sharedFigures } from './figures.ts'
import { alignedRow, type Column, columnsOf, tableWidth } from './layout.ts'
import { type Paint, plain } from './paint.ts'

const figures = {
  profile: z.string().describe('The profile; `today` for the current values.'),
  days: z.number().describe('Workload-days that were scored.'),
  cpuRequestedOverUsed: ratio('CPU requested ÷ used, over all pods'),
  memoryRequestedOverUsed: ratio('Memory requested ÷ used, over all pods'),
  ...sharedFigures,
  percentAbove: percent('Time that the busiest pod used more CPU than it requests'),
  percentVolumeAbove: percent('CPU used above the requests, as a share of all CPU used'),
  percentThrottled: percent(
    'Time that the busiest pod was at its CPU limit, or the share of throttled CFS periods if that is higher',
  ),
  oomKills: z.number().int().describe('Times that memory usage passed its limit.'),
  replicas: z.number().describe('Pods of a workload, on average.'),
  commitsPerMonth: z.number().describe('Commits for each workload in 30 days.'),
  changesPerMonth: z.number().describe('Changed values for each workload in 30 days.'),
}

/** The format of `backtest -o json`. */
export const backtestSchema = z
  .object({
    kind: z.literal('TortoiseBacktest'),
    version: z.literal(1),
    historyDays: z.number().describe('Days of usage that a decision is based on.'),
    trainDays: z.number().describe('Days before the first decision.'),
    everyDays: z.number().describe('Days from one decision to the next.'),
    currency: z.string(),
    totals: z
      .array(z.object({ ...figures, workloads: z.number().int() }))
      .describe('All workloads together, one row for each profile.'),
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
  .describe('Recorded usage replayed day by day under profiles.')

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
  [['CPU req.', '÷ used'], ({ cpuRequestedOverUsed: value }) => value?.toFixed(2) ?? '–'],
  [['mem. req.', '÷ used'], ({ memoryRequestedOverUsed: value }) => value?.toFixed(2) ?? '–'],
  [['time CPU', '> request'], ({ percentAbove }) => `${percentAbove} %`],
  [['CPU used', '> request'], ({ percentVolumeAbove }) => `${percentVolumeAbove} %`],
  [['time', 'throttled'], ({ percentThrottled }) => `${percentThrottled} %`],
  [['OOM', 'kills'], ({ oomKills }) => String(oomKills)],
  [['pods', 'on average'], ({ replicas }) => replicas.toFixed(2)],
  [['time too', 'few pods'], ({ percentShort }) => (percentShort === undefined ? '–' : `${percentShort} %`)],
  [['time at', 'HPA max.'], ({ percentAtMaximum }) => `${percentAtMaximum} %`],
  [['commits', 'a month'], ({ commitsPerMonth }) => commitsPerMonth.toFixed(1)],
  [['values', 'a month'], ({ changesPerMonth }) => changesPerMonth.toFixed(1)],
]

const headingsOf = (currency: string): readonly (readonly [string, string])[] => [
  ['', 'workload'],
  ['', 'profile'],
  [currency, 'a month'],
  ['against', 'today'],
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

/** The rows of one workload, or of all. The others are compared with the first. */
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
    ? 'No workload has enough recorded usage for a backtest.'
    : `Replayed day by day. Warm-up: ${plural(trainDays, 'day')}. ${everyDays === 1 ? 'Each later day' : `Every ${everyDays} days, the next period`} is sized from up to ${plural(historyDays, 'day')} before it and scored on what followed.`

const skippedLines = ({ skipped }: BacktestReport): readonly string[] =>
  skipped.map(({ workload, reason }) => `${workload}: ${reason}`)

/** A backtest for a terminal: a table; where that is too wide, a table for each workload with a column for each profile. */
export function terminalBacktest(report: BacktestReport, paint: Paint = plain): Terminal {
  const lines = linesOf(report)
  const headings = headingsOf(report.currency)
  const head = [0, 1].map((line) => headings.map((heading) => heading[line] ?? ''))
  const columns = columnsOf(
    [...head, ...lines],
    headings.flatMap((_, column) => (column < 2 ? [] : column)),
  )
  const isWide = tableWidth(columns) > paint.width
  const table = isWide ? narrowTables(report, paint) : wideTable(head, lines, { report, columns, paint })
  const skipped = terminal.join(skippedLines(report), '\n')
  const parts = [
    introduction(report),
    report.rows.length === 0 ? '' : table,
    skipped.length === 0 ? '' : paint.dim(skipped),
  ]
  return terminal`${terminal.join(present(parts), '\n\n')}\n`
}

interface WideTable {
  readonly report: BacktestReport
  readonly columns: readonly Column[]
  readonly paint: Paint
}

function wideTable(
  head: readonly Line[],
  lines: readonly Line[],
  { report, columns, paint }: WideTable,
): Terminal {
  const totals = report.totals.length
  const body = lines.map((line, index) => {
    const text = alignedRow(line, columns)
    return index >= lines.length - totals ? paint.bold(text) : text
  })
  return terminal.join([...head.map((line) => paint.dim(alignedRow(line, columns))), ...body], '\n')
}

/** A table for each workload and for all: figures in rows, profiles in columns. */
function narrowTables(report: BacktestReport, paint: Paint): Terminal {
  const headings = headingsOf(report.currency).map((heading) => heading.join(' ').trim())
  const blocks = groupsOf(linesOf(report)).map((lines) => {
    const [name = ''] = lines[0] ?? []
    const rows = headings
      .slice(1)
      .map((heading, index) => [heading, ...lines.map((line) => line[index + 1] ?? '')])
    const columns = columnsOf(
      rows,
      lines.map((_, index) => index + 1),
    )
    const [profiles = [], ...figures] = rows
    return terminal.join(
      [
        paint.bold(name),
        paint.dim(`  ${alignedRow(profiles, columns)}`),
        ...figures.map((row) => `  ${alignedRow(row, columns)}`),
      ],
      '\n',
    )
  })
  return terminal.join(blocks, '\n\n')
}

/** Lines from one with a name up to the next. */
function groupsOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const groups: Line[][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (line[0] === '' && last !== undefined) last.push(line)
    else groups.push([line])
  }
  return groups
}

/** A backtest as Markdown. */
export function markdownBacktest(report: BacktestReport): Markdown {
  const row = (cells: Line): Markdown => markdown`| ${markdown.join(cells, ' | ')} |`
  const headings = headingsOf(report.currency).map((heading) => heading.join(' ').trim())
  const aligned = headings.map((_, column) => (column < 2 ? markdown`---` : markdown`---:`))
  const head = [row(headings), markdown`| ${markdown.join(aligned, ' | ')} |`]
  const table = report.rows.length === 0 ? '' : markdown.join([...head, ...linesOf(report).map(row)], '\n')
  const parts = [introduction(report), table, markdown.join(skippedLines(report), '\n')]
  return markdown`${markdown.join(present(parts), '\n\n')}\n`
}
