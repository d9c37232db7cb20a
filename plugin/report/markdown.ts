import type { WorkloadBacktest } from '../model/backtest.ts'
import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import { code, type Markdown, markdown, moreThan, unbroken } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { workloadLabel } from '../model/workload.ts'
import { coverageLines } from './coverage.ts'
import { followedTable } from './followed.ts'
import { backtestHead, backtestsOf, backtestTable } from './plan-backtest.ts'
import type { Row } from './rows.ts'
import { nothingChanges, planSentence, rolloutRows, rowsOf, skippedRows } from './rows.ts'
import { usageSection } from './usage.ts'

/** The report as GitHub-flavoured Markdown, for step summaries and files. */
export function markdownReport({ plan }: Outcome): Markdown {
  const rows = rowsOf(plan)
  const { what, rest, until } = planSentence(plan)
  if (rows.length === 0) return blocks([markdown`${nothingChanges(plan)}`, ...closingSections(plan)])
  const head =
    until === undefined ? markdown`**${what}** ${rest}` : markdown`Emergency until ${until}: **${what}**.`
  const groups = [...new Set(rows.map(({ group }) => group))]
  const tables = groups.map((group) =>
    markdown.join([markdown`### ${group}`, table(rows.filter((row) => row.group === group))], '\n\n'),
  )
  const proposed = backtestsOf(plan.backtest, plan.proposal?.changes ?? [])
  const replayed = [
    backtestHead(proposed, plan.backtest?.currency ?? ''),
    backtestDetails(proposed, plan.backtest?.currency ?? ''),
  ]
  return blocks([head, ...present(replayed), ...tables, ...proofSection(plan), ...closingSections(plan)])
}

const closingSections = (plan: Outcome['plan']): readonly Markdown[] => [
  ...(plan.unanswered ?? []).map(
    ({ cluster, workload, container, kills, why }) =>
      markdown`${plural(kills, 'OOM kill')} of ${container} in ${cluster} ${workloadLabel(workload)} are not answered by a raise: ${why}`,
  ),
  ...followedSection(plan),
  ...skippedSection(plan),
  ...rolloutSection(plan),
  ...coverageLines(plan.coverage ?? []).map((line) => markdown`Coverage of ${line}.`),
  ...(plan.unbounded ?? []).map(({ cluster, what }) => markdown`Not bounded in cluster ${cluster}: ${what}.`),
  ...usageSection(plan.usage),
  ...(plan.fetched ?? []).map((one) => markdown`Uses ${one}.`),
  ...(plan.sandbox === undefined ? [] : [markdown`${plan.sandbox}.`]),
]

/** Earlier changes and what became of them, folded. */
function followedSection(plan: Outcome['plan']): readonly Markdown[] {
  const [head, ...rest] = followedTable(plan)
  if (head === undefined) return []
  return [markdown`<details><summary>${head}</summary>\n\n${markdown.join(rest, '\n\n')}\n\n</details>`]
}

const blocks = (parts: readonly (Markdown | string)[]): Markdown =>
  markdown`${markdown.join(parts, '\n\n')}\n`

function backtestDetails(workloads: readonly WorkloadBacktest[], currency: string): Markdown | undefined {
  if (workloads.length === 0) return undefined
  const table = backtestTable({ workloads, currency })
  return markdown`<details><summary>Backtest by workload: current → proposed values</summary>\n\n${table}\n\n</details>`
}

function table(rows: readonly Row[]): Markdown {
  const lines = rows.map((row) => {
    const change = markdown`${code(row.from)} → **${code(row.to)}**`
    const where = markdown`${code(row.where)}${row.inserted ? markdown` (new)` : ''}`
    return markdown`| ${row.workload} | ${row.container} | ${row.field} | ${change} | ${unbroken(row.percent)} | ${row.why} | ${where} |`
  })
  return markdown.join(
    [
      markdown`| Workload | Container | Field | Change | | Why | Where |`,
      markdown`|---|---|---|---|--:|---|---|`,
      ...lines,
    ],
    '\n',
  )
}

function proofSection({ proposal }: Outcome['plan']): readonly Markdown[] {
  if (proposal === undefined) return []
  const { sources, moved } = proposal.proof
  const list = markdown.join(
    sources.map((source) => markdown`- ${source}`),
    '\n',
  )
  return [
    markdown`<details><summary>Proved by rendering ${plural(sources.length, 'source')} before and after: exactly ${plural(moved.length, 'field')} changed</summary>\n\n${list}\n\n</details>`,
  ]
}

/** A reason, with the first fields that are skipped for it. */
export const skippedLine = ({ reason, what }: ReturnType<typeof skippedRows>[number]): Markdown =>
  markdown`- ${reason}: ${markdown.join(what.slice(0, 6), ', ')}${moreThan(6, what)}`

function skippedSection(plan: Outcome['plan']): readonly Markdown[] {
  const reasons = skippedRows(plan)
  if (reasons.length === 0) return []
  const list = markdown.join(reasons.map(skippedLine), '\n')
  return [markdown`<details><summary>Skipped</summary>\n\n${list}\n\n</details>`]
}

function rolloutSection(plan: Outcome['plan']): readonly Markdown[] {
  const rows = rolloutRows(plan)
  if (rows.length === 0) return []
  const list = markdown.join(
    rows.map(({ source, how }) => markdown`- ${source}: ${how}.`),
    '\n',
  )
  return [markdown`<details><summary>Rolled out by</summary>\n\n${list}\n\n</details>`]
}
