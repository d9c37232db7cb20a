import type { Coverage } from '../model/coverage.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { PullOutcome } from '../model/proposal.ts'
import { type Inert, inert } from '../model/text/inert.ts'
import { code, type Markdown, markdown } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { coverageSentence } from './coverage.ts'
import { followedTable } from './followed.ts'
import { skippedLine } from './markdown.ts'
import { skippedRows, totals } from './rows.ts'

const marker = markdown`<!-- tortoise:dashboard -->`
/** The text by which the dashboard issue is found again. */
export const dashboardMarker: string = marker.toString()
/** The title of the dashboard issue. */
export const dashboardTitle: Inert = inert`GitOps Tortoise: right-sizing`

const headings: readonly (readonly [title: string, actions: readonly PullOutcome['action'][]])[] = [
  ['Open', ['opened', 'reopened', 'updated', 'unchanged']],
  ['Blocked: the branch has commits of others', ['blocked']],
  ['Waiting for a free slot', ['queued']],
  ['Closed by Tortoise in the last week', ['closed']],
]

function line({ scope, branch, number, reason, merging }: PullOutcome): Markdown {
  const what = number === undefined ? code(branch) : markdown`#${number}`
  return markdown`- ${markdown.join(present([what, scope, reason, merging]), ': ')}`
}

const decided = /^(snoozed|declined|ignored|pinned|reverted|set by a person|flips)/
const mostLines = 100

function section(title: string, lines: readonly Markdown[]): readonly Markdown[] {
  if (lines.length === 0) return []
  const more = lines.length > mostLines ? [markdown`- and ${lines.length - mostLines} more`] : []
  return [
    markdown`### ${title} (${lines.length})`,
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

/** What became of the changes that were merged. */
function followedSection(plan: Plan): readonly Markdown[] {
  const lines = followedTable(plan)
  return lines.length === 0 ? [] : [markdown`### Merged`, ...lines]
}

/**
 * The text of the dashboard issue: pull requests by state, what reviewers decided, what is skipped with the reasons, and coverage.
 */
export function dashboard(plan: Plan, pulls: readonly PullOutcome[]): Markdown {
  const { changes, workloads, kept, unsure } = totals(plan)
  const people = plan.skipped.filter(({ reason }) => decided.test(reason))
  const rest = skippedRows({ ...plan, skipped: plan.skipped.filter((one) => !people.includes(one)) })
  const head = markdown`**${plural(changes, 'value')} of ${plural(workloads, 'workload')}** should change. ${kept} stay the same, ${unsure} cannot be decided yet, ${plan.skipped.length} are skipped.`
  const sections = [
    ...headings.flatMap(([title, actions]) =>
      section(title, pulls.filter(({ action }) => actions.includes(action)).map(line)),
    ),
    ...section(
      'Declined, snoozed or pinned by reviewers',
      people.map(
        ({ workload, field, reason }) =>
          markdown`- ${[workload, field].filter(Boolean).join(' ')}: ${reason}`,
      ),
    ),
    ...followedSection(plan),
    ...section('Skipped', rest.map(skippedLine)),
    ...coverageSection(plan.coverage ?? []),
  ]
  return markdown.join([head, ...sections, marker], '\n\n')
}
