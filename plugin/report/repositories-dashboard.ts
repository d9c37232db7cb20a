import { plural } from '../model/plural.ts'
import type { PullOutcome } from '../model/proposal.ts'
import { repositoryName } from '../model/repository.ts'
import { sum } from '../model/sum.ts'
import { type Inert, inert } from '../model/text/inert.ts'
import { code, link, type Markdown, markdown } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { coverageLines } from './coverage.ts'
import {
  jointCoverageLines,
  notReached,
  type OnboardingOutcome,
  onboardingSentence,
  problemSentence,
  type RepositoriesOutcome,
  type RepositoryOutcome,
} from './repositories.ts'
import { totals } from './rows.ts'

const marker = markdown`<!-- tortoise:repositories -->`
/** The text by which the issue is found again. */
export const repositoriesMarker: string = marker.toString()
/** The title of the issue. */
export const repositoriesTitle: Inert = inert`GitOps Tortoise: all repositories`

/** Lines of one list. */
const mostLines = 100

/**
 * The text of the issue about all repositories: a section for each with pull requests, changes, coverage and problems; those
 * that failed come first. Where nothing should change, a line is enough.
 */
export function repositoriesDashboard(all: RepositoriesOutcome): Markdown {
  const { repositories } = all
  const of = (kind: Kind): readonly RepositoryOutcome[] => repositories.filter((one) => kindOf(one) === kind)
  const failed = of('failed')
  // The marker is first, because the end of a long text is cut.
  return markdown.join(
    [
      marker,
      headOf(repositories, failed.length),
      ...listOf(jointCoverageLines(all).map((line) => markdown`Coverage of ${line}.`)),
      ...[...failed, ...of('active')].map(section),
      ...listUnder('Nothing to change', of('quiet').map(quietLine)),
      ...listUnder(
        'Not worked on',
        notReached(all).map((line) => markdown`${line}.`),
      ),
    ],
    '\n\n',
  )
}

function headOf(repositories: readonly RepositoryOutcome[], failed: number): Markdown {
  const changes = sum(repositories.map((one) => ('report' in one ? totals(one.report.plan).changes : 0)))
  const state = failed === 0 ? markdown`` : markdown` **${failed} of them failed.**`
  return markdown`**${plural(changes, 'value')}** should change. The last run worked on ${repositories.length} repositories and branches.${state}`
}

/** `active`: something should change, or a pull request is open. */
type Kind = 'failed' | 'active' | 'quiet'

function kindOf(one: RepositoryOutcome): Kind {
  if ('problems' in one) return 'failed'
  if ('onboarding' in one) return ['declined', 'merged'].includes(one.onboarding.action) ? 'quiet' : 'active'
  if (!('report' in one)) return 'quiet'
  const { plan, delivery } = one.report
  return totals(plan).changes > 0 || (delivery?.pulls ?? []).length > 0 ? 'active' : 'quiet'
}

function nameOf({ target: { url, branch } }: RepositoryOutcome): Markdown {
  return markdown`${link(markdown`${repositoryName(url) ?? url}`, url)} (${branch})`
}

const section = (one: RepositoryOutcome): Markdown =>
  markdown.join([markdown`### ${nameOf(one)}`, ...listOf(linesOf(one))], '\n\n')

function quietLine(one: RepositoryOutcome): Markdown {
  const [line] = 'report' in one ? coverageLines(one.report.plan.coverage ?? []) : []
  const said = 'report' in one ? (line === undefined ? [] : [markdown`coverage of ${line}`]) : linesOf(one)
  return markdown.join([nameOf(one), ...said], ': ')
}

const listUnder = (
  title: 'Nothing to change' | 'Not worked on',
  lines: readonly Markdown[],
): readonly Markdown[] => (lines.length === 0 ? [] : [markdown`### ${title}`, ...listOf(lines)])

function listOf(lines: readonly Markdown[]): readonly Markdown[] {
  if (lines.length === 0) return []
  const more = lines.length > mostLines ? [markdown`- and ${lines.length - mostLines} more`] : []
  return [markdown.join([...lines.slice(0, mostLines).map((line) => markdown`- ${line}`), ...more], '\n')]
}

function linesOf(one: RepositoryOutcome): readonly Markdown[] {
  if ('problems' in one)
    return one.problems.map((problem) => markdown`**Failed:** ${problemSentence(problem)}.`)
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
