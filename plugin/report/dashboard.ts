import type { Coverage } from '../model/coverage.ts'
import { boxLine, type DashboardBox } from '../model/dashboard-box.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange, PullOutcome, Skipped } from '../model/proposal.ts'
import { type Inert, inert } from '../model/text/inert.ts'
import { code, type Markdown, markdown } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { namespacedLabel } from '../model/workload.ts'
import { coverageSentence } from './coverage.ts'
import { followedTable } from './followed.ts'
import { skippedLine } from './markdown.ts'
import { count, movesText } from './pull-request/head.ts'
import { costClause, pricedByBacktest } from './pull-request/priced.ts'
import { skippedRows, totals } from './rows.ts'
import { skipKindOf } from './skip-reasons.ts'

const marker = markdown`<!-- tortoise:dashboard -->`
/** The text by which the dashboard issue is found again. */
export const dashboardMarker: string = marker.toString()
/** The title of the dashboard issue. */
export const dashboardTitle: Inert = inert`GitOps Tortoise: right-sizing`

/** What the dashboard is made with, beside the plan. */
export interface DashboardFrame {
  /** Whether lines have boxes, which somebody who may push can check. */
  readonly hasBoxes: boolean
  /** The key of a skipped value in decisions; `undefined` for what has none. */
  readonly keyOf: (skipped: Skipped) => string | undefined
  /** The limits for which pull requests wait. */
  readonly maxOpen: number
  readonly maxNewPerHour: number
}

interface Heading {
  readonly title: string
  readonly actions: readonly PullOutcome['action'][]
  readonly does?: 'open' | 'snooze'
  readonly note?: (frame: DashboardFrame) => string
}

const headings: readonly Heading[] = [
  {
    title: 'Open',
    actions: ['opened', 'reopened', 'updated', 'unchanged'],
    does: 'snooze',
    note: ({ hasBoxes }) => (hasBoxes ? 'Check a box to close a pull request for 30 days.' : ''),
  },
  { title: 'Blocked: the branch has commits of others', actions: ['blocked'] },
  {
    title: 'Waiting for a free slot',
    actions: ['queued'],
    does: 'open',
    note: ({ hasBoxes, maxOpen, maxNewPerHour }) =>
      `The limits are ${maxOpen} open at once (maxOpen) and ${maxNewPerHour} opened in an hour (maxNewPerHour).${hasBoxes ? ' Check a box to open one in the next run.' : ''}`,
  },
  { title: 'Closed by Tortoise in the last week', actions: ['closed'] },
]

/** The start of a line: a box where there may be one. */
const startOf = ({ hasBoxes }: DashboardFrame, box: DashboardBox | undefined): Markdown =>
  hasBoxes && box !== undefined ? boxLine(box) : markdown`-`

function line(plan: Plan, frame: DashboardFrame, does: Heading['does']): (pull: PullOutcome) => Markdown {
  return ({ scope, branch, number, reason, merging }) => {
    const what = number === undefined ? code(branch) : markdown`#${number}`
    const text = markdown.join(present([what, scope, contentOf(plan, scope), reason, merging]), ': ')
    return markdown`${startOf(frame, does && { does, branch })} ${text}`
  }
}

/** A value that reviewers decided about, with a box that cancels what they decided. */
function decidedLine(frame: DashboardFrame): (skipped: Skipped) => Markdown {
  return (skipped) => {
    const { cluster, namespace, workload, field, reason } = skipped
    const key = frame.keyOf(skipped)
    const name = [cluster, [namespace, workload].filter(Boolean).join('/'), field].filter(Boolean).join(' ')
    return markdown`${startOf(frame, key === undefined ? undefined : { does: 'retry', key })} ${name}: ${reason}`
  }
}

/** What the pull request of a scope changes and saves; empty where the plan has none. */
function contentOf({ parts = [], backtest }: Plan, scope: string): Markdown {
  const changes = parts.find((one) => one.scope === scope)?.proposal.changes ?? []
  if (changes.length === 0) return markdown``
  return markdown`${movesText(changes)} of ${plural(count(changes), 'workload')}${savingOf(backtest, changes)}`
}

/** ` and saves about 106 USD a month`, by the backtest of the workloads that change. */
const savingOf = (backtest: Plan['backtest'], changes: readonly ProposedChange[]): Markdown | '' =>
  costClause(pricedByBacktest(backtest, changes))

const mostLines = 100

function section(title: string, lines: readonly Markdown[], note = ''): readonly Markdown[] {
  if (lines.length === 0) return []
  const more = lines.length > mostLines ? [markdown`- and ${lines.length - mostLines} more`] : []
  return [
    markdown`### ${title} (${lines.length})`,
    ...(note === '' ? [] : [markdown`${note}`]),
    markdown.join([...lines.slice(0, mostLines), ...more], '\n'),
  ]
}

/** How much of each cluster is managed, and what keeps the rest out. */
const coverageSection = (coverage: readonly Coverage[]): readonly Markdown[] =>
  section(
    'Coverage',
    coverage.map((one) => {
      const texts = [coverageSentence(one), ...one.advice]
      return markdown`- ${one.cluster}: ${texts.join('; ')}`
    }),
  )

/** Which workloads earned that their changes are delivered with less review, or lost it. */
const earnedSection = ({ earned = [] }: Plan): readonly Markdown[] =>
  section(
    'Delivery that workloads earned',
    earned.flatMap(({ cluster, workload, held, delivery, lostAt }) => {
      if (delivery === undefined && lostAt === undefined) return []
      const name = [cluster, namespacedLabel(workload)].filter(Boolean).join(' ')
      const since = lostAt === undefined ? '' : ` since a change did harm on ${lostAt.slice(0, 10)}`
      const how = delivery === undefined ? 'as settings say' : delivered[delivery]
      const text = `${how}; ${plural(held, 'change')} held${since}`
      return [markdown`- ${name}: ${text}`]
    }),
  )

const delivered = {
  'auto-merge': 'pull requests are merged automatically',
  direct: 'changes are committed to the base branch',
} as const

/** What became of the changes that were merged. */
function followedSection(plan: Plan): readonly Markdown[] {
  const lines = followedTable(plan)
  return lines.length === 0 ? [] : [markdown`### Merged`, ...lines]
}

/**
 * The text of the dashboard issue: pull requests by state, what reviewers decided, what is skipped with the reasons, and coverage.
 */
export function dashboard(plan: Plan, pulls: readonly PullOutcome[], frame: DashboardFrame): Markdown {
  const { kept, unsure } = totals(plan)
  const changes = plan.proposal?.changes ?? []
  const what =
    changes.length === 0
      ? markdown`**Nothing should change.**`
      : markdown`The plan **${movesText(changes)} of ${plural(count(changes), 'workload')}**${savingOf(plan.backtest, changes)}.`
  const people = plan.skipped.filter(({ reason }) => skipKindOf(reason) === 'decided_by_reviewer')
  const rest = skippedRows({ ...plan, skipped: plan.skipped.filter((one) => !people.includes(one)) })
  const head = markdown`${what} ${kept} stay the same, ${unsure} cannot be decided yet, ${plan.skipped.length} are skipped.`
  const sections = [
    ...headings.flatMap(({ title, actions, does, note }) => {
      const own = pulls.filter(({ action }) => actions.includes(action))
      return section(title, own.map(line(plan, frame, does)), note?.(frame))
    }),
    ...section(
      'Declined, snoozed or pinned by reviewers',
      people.map(decidedLine(frame)),
      frame.hasBoxes ? 'Check a box to propose a value again.' : '',
    ),
    ...followedSection(plan),
    ...earnedSection(plan),
    ...section('Skipped', rest.map(skippedLine)),
    ...coverageSection(plan.coverage ?? []),
  ]
  // The marker comes first: a text that is too long is cut at its end.
  return markdown.join([marker, head, ...sections], '\n\n')
}
