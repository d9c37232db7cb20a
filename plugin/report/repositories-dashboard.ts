import { plural } from '../model/plural.ts'
import { printProblem } from '../model/problem.ts'
import type { PullOutcome } from '../model/proposal.ts'
import { type Inert, inert } from '../model/text/inert.ts'
import { code, link, type Markdown, markdown } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { coverageLines } from './coverage.ts'
import {
  jointCoverageLines,
  notReached,
  type OnboardingOutcome,
  onboardingSentence,
  type RepositoriesOutcome,
  type RepositoryOutcome,
  titleOf,
} from './repositories.ts'
import { totals } from './rows.ts'

const marker = markdown`<!-- tortoise:repositories -->`
/** The text by which the issue is found again. */
export const repositoriesMarker: string = marker.toString()
/** The title of the issue. */
export const repositoriesTitle: Inert = inert`GitOps Tortoise: all repositories`

/** Lines of one list. */
const mostLines = 50

/** The text of the issue about all repositories: a section for each with pull requests, changes, coverage and problems. */
export function repositoriesDashboard(all: RepositoriesOutcome): Markdown {
  const failed = all.repositories.filter((one) => 'problems' in one).length
  const plans = all.repositories.flatMap((one) => ('report' in one ? [totals(one.report.plan)] : []))
  const changes = plans.reduce((count, one) => count + one.changes, 0)
  const state = failed === 0 ? markdown`` : markdown` **${failed} failed.**`
  const head = markdown`**${plural(changes, 'value')}** should change. Repositories, each with a branch: ${all.repositories.length}.${state}`
  const coverage = jointCoverageLines(all).map((line) => markdown`- Coverage of ${line}.`)
  return markdown.join(
    [
      head,
      ...(coverage.length === 0 ? [] : [markdown.join(coverage, '\n')]),
      ...all.repositories.map(section),
      ...others(all),
      marker,
    ],
    '\n\n',
  )
}

function others(all: RepositoriesOutcome): readonly Markdown[] {
  const lines = notReached(all)
  return lines.length === 0
    ? []
    : [markdown`### Not worked on`, list(lines.map((line) => markdown`${line}.`))]
}

const section = (one: RepositoryOutcome): Markdown => markdown`### ${titleOf(one)}\n\n${list(linesOf(one))}`

function list(lines: readonly Markdown[]): Markdown {
  const more = lines.length > mostLines ? [markdown`- and ${lines.length - mostLines} more`] : []
  return markdown.join([...lines.slice(0, mostLines).map((line) => markdown`- ${line}`), ...more], '\n')
}

function linesOf(one: RepositoryOutcome): readonly Markdown[] {
  if ('problems' in one) return one.problems.map((problem) => markdown`**Failed:** ${printProblem(problem)}`)
  if ('skipped' in one) return [markdown`Skipped: ${one.skipped}.`]
  if ('onboarding' in one) {
    const { url, action } = one.onboarding
    const said = markdown`${onboardingSentence({ ...one.onboarding, action: stateOf(action) })}.`
    return [url === undefined ? said : markdown`${said} ${link(markdown`Open it`, url)}.`]
  }
  const { plan, delivery } = one.report
  const { changes, workloads, unsure } = totals(plan)
  return [
    markdown`**${plural(changes, 'value')} of ${plural(workloads, 'workload')}** should change. ${unsure} cannot be decided yet, ${plan.skipped.length} are skipped.`,
    ...(delivery?.pulls ?? []).map(pullLine),
    ...coverageLines(plan.coverage ?? []).map((line) => markdown`Coverage of ${line}.`),
  ]
}

/** The state after a run, which is the same on the next run. */
const stateOf = (action: OnboardingOutcome['action']): OnboardingOutcome['action'] =>
  action === 'opened' || action === 'reopened' || action === 'updated' ? 'unchanged' : action

function pullLine({ scope, branch, number, url = '', action, reason, merging }: PullOutcome): Markdown {
  const what = number === undefined ? code(branch) : link(markdown`Pull request ${number}`, url)
  const state = stateOf(action) === 'unchanged' ? 'open' : action
  return markdown.join(present([what, state, scope, reason, merging]), ': ')
}
