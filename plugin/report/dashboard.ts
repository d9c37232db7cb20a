import { escapeMarkdown } from '../model/escape-markdown.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { PullOutcome } from '../model/proposal.ts'
import { skippedRows, totals } from './rows.ts'

/** The text by which the dashboard issue is found again. */
export const dashboardMarker = '<!-- tortoise:dashboard -->'
/** The title of the dashboard issue. */
export const dashboardTitle = 'GitOps Tortoise: right-sizing'

const headings: readonly (readonly [title: string, actions: readonly PullOutcome['action'][]])[] = [
  ['Open', ['opened', 'reopened', 'updated', 'unchanged']],
  ['Blocked: the branch has commits of others', ['blocked']],
  ['Waiting for a free slot', ['queued']],
  ['Closed by Tortoise in the last week', ['closed']],
]

function line({ scope, branch, number, reason, merging }: PullOutcome): string {
  const what = number === undefined ? `\`${branch}\`` : `#${number}`
  const words = [
    scope === '' ? '' : escapeMarkdown(scope),
    reason === undefined ? '' : escapeMarkdown(reason),
    merging ?? '',
  ]
  return `- ${[what, ...words.filter(Boolean)].join(': ')}`
}

const decided = /^(snoozed|declined|ignored|pinned|reverted|set by a person|flips)/
const mostLines = 100

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  const more = lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : []
  return [`### ${title} (${lines.length})`, [...lines.slice(0, mostLines), ...more].join('\n')]
}

/** The text of the dashboard issue: pull requests by state, what reviewers decided, and what is skipped with the reasons. */
export function dashboard(plan: Plan, pulls: readonly PullOutcome[]): string {
  const { changes, workloads, kept, unsure } = totals(plan)
  const people = plan.skipped.filter(({ reason }) => decided.test(reason))
  const rest = skippedRows({ ...plan, skipped: plan.skipped.filter((one) => !people.includes(one)) })
  return [
    `**${plural(changes, 'value')} of ${plural(workloads, 'workload')}** should change. ${kept} stay the same, ${unsure} cannot be decided yet, ${plan.skipped.length} are skipped.`,
    ...headings.flatMap(([title, actions]) =>
      section(title, pulls.filter(({ action }) => actions.includes(action)).map(line)),
    ),
    ...section(
      'Declined, snoozed or pinned by reviewers',
      people.map(
        ({ workload, field, reason }) =>
          `- ${escapeMarkdown([workload, field].filter(Boolean).join(' '))}: ${escapeMarkdown(reason)}`,
      ),
    ),
    ...section(
      'Skipped',
      rest.map(
        ({ reason, what }) =>
          `- ${escapeMarkdown(reason)}: ${what.slice(0, 6).map(escapeMarkdown).join(', ')}${what.length > 6 ? ` and ${what.length - 6} more` : ''}`,
      ),
    ),
    dashboardMarker,
  ].join('\n\n')
}
