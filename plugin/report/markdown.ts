import type { WorkloadBacktest } from '../model/backtest.ts'
import { escapeMarkdown } from '../model/escape-markdown.ts'
import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import { backtestHead, backtestsOf, backtestTable } from './plan-backtest.ts'
import type { Row } from './rows.ts'
import { rowsOf, skippedRows, totals } from './rows.ts'
import { usageSection } from './usage.ts'

/** The report as GitHub-flavoured Markdown, for step summaries and files. */
export function markdownReport({ plan }: Outcome): string {
  const rows = rowsOf(plan)
  const { changes, workloads, kept, unsure } = totals(plan)
  if (changes === 0)
    return [
      'Nothing to change.',
      ...skippedSection(plan),
      ...usageSection(plan.usage),
      ...sandboxSection(plan),
    ]
      .join('\n\n')
      .concat('\n')
  const head = `**${plural(changes, 'value')} of ${plural(workloads, 'workload')}** should change. ${kept} stay the same, ${unsure} cannot be decided yet.`
  const groups = [...new Set(rows.map(({ group }) => group))]
  const tables = groups.map((group) =>
    [`### ${escapeMarkdown(group)}`, table(rows.filter((row) => row.group === group))].join('\n\n'),
  )
  const proposed = backtestsOf(plan.backtest, plan.proposal?.changes ?? [])
  const replayed = [
    backtestHead(proposed, plan.backtest?.currency ?? ''),
    backtestDetails(proposed, plan.backtest?.currency ?? ''),
  ].filter(Boolean)
  const rest = [
    ...proofSection(plan),
    ...skippedSection(plan),
    ...usageSection(plan.usage),
    ...sandboxSection(plan),
  ]
  return [head, ...replayed, ...tables, ...rest].join('\n\n').concat('\n')
}

const sandboxSection = ({ sandbox }: Outcome['plan']): readonly string[] =>
  sandbox === undefined ? [] : [`${escapeMarkdown(sandbox)}.`]

function backtestDetails(workloads: readonly WorkloadBacktest[], currency: string): string {
  if (workloads.length === 0) return ''
  const table = backtestTable({ workloads, currency })
  return `<details><summary>Backtest by workload: current → proposed values</summary>\n\n${table}\n\n</details>`
}

/** Columns that need no escaping: code, percentages and places. */
const rawColumns: readonly number[] = [3, 4, 6]

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    [
      row.workload,
      row.container,
      row.field,
      `\`${row.from}\` → **\`${row.to}\`**`,
      row.percent.replace(' ', '\u00a0'),
      row.why,
      `\`${row.where.replaceAll('`', '')}\`${row.inserted ? ' (new)' : ''}`,
    ]
      .map((cell, column) =>
        rawColumns.includes(column) ? cell.replaceAll('|', '\\|') : escapeMarkdown(cell),
      )
      .join(' | '),
  )
  return [
    '| Workload | Container | Field | Change | | Why | Where |',
    '|---|---|---|---|--:|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n')
}

function proofSection({ proposal }: Outcome['plan']): readonly string[] {
  if (proposal === undefined) return []
  const { sources, moved } = proposal.proof
  const list = sources.map((source) => `- ${escapeMarkdown(source)}`).join('\n')
  return [
    `<details><summary>Proved by rendering ${plural(sources.length, 'source')} before and after: exactly ${plural(moved.length, 'field')} changed</summary>\n\n${list}\n\n</details>`,
  ]
}

function skippedSection(plan: Outcome['plan']): readonly string[] {
  const reasons = skippedRows(plan)
  if (reasons.length === 0) return []
  const list = reasons.map(
    ({ reason, what }) =>
      `- ${escapeMarkdown(reason)}: ${what.slice(0, 6).map(escapeMarkdown).join(', ')}${what.length > 6 ? ` and ${what.length - 6} more` : ''}`,
  )
  return [`<details><summary>Skipped</summary>\n\n${list.join('\n')}\n\n</details>`]
}
