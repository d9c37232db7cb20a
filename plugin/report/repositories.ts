import { jointCoverage } from '../model/joint-coverage.ts'
import type { Outcome, Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import { type Problem, printProblem } from '../model/problem.ts'
import type { PullOutcome } from '../model/proposal.ts'
import { json } from '../model/text/data.ts'
import { link, type Markdown, markdown } from '../model/text/markdown.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import type { Text } from '../model/text/text.ts'
import { coverageSentence } from './coverage.ts'
import { jsonReport } from './json/report.ts'
import { markdownReport } from './markdown.ts'
import { type Paint, paintOf, type Screen } from './paint.ts'
import { terminalReport } from './terminal.ts'

/** How a branch without settings was onboarded. */
export interface OnboardingOutcome {
  readonly action: PullOutcome['action'] | 'declined' | 'merged' | 'planned'
  readonly branch?: string
  readonly number?: number
  readonly url?: string
  /** The plan with the proposed settings. */
  readonly plan?: Plan
}

/** How the run on one repository and branch ended. */
export type RepositoryOutcome = {
  readonly target: { readonly url: string; readonly branch: string }
} & (
  | { readonly report: Outcome }
  | { readonly onboarding: OnboardingOutcome }
  | { readonly skipped: string }
  | { readonly problems: readonly Problem[] }
)

/** How the runs on several repositories ended. */
export interface RepositoriesOutcome {
  readonly repositories: readonly RepositoryOutcome[]
  /** Repositories that live objects name, and why no run works on them. */
  readonly skipped: readonly {
    readonly repository: string
    readonly revision: string
    readonly by: readonly string[]
    readonly reason: string
  }[]
  readonly unread: readonly { readonly cluster: string; readonly problems: readonly Problem[] }[]
}

/** The reports of several repositories, one after the other, in one format. */
export function repositoriesReport(
  all: RepositoriesOutcome,
  format: 'table' | 'markdown' | 'json',
  screen: Screen,
): Text<'terminal' | 'markdown' | 'data'> {
  switch (format) {
    case 'json':
      return json(repositoriesJson(all))
    case 'markdown':
      return repositoriesMarkdown(all)
    case 'table':
      return repositoriesTable(all, paintOf(screen))
    default:
      return format satisfies never
  }
}

/** `https://git.example.com/acme/shop.git (main)`. */
export const titleOf = ({ target: { url, branch } }: RepositoryOutcome): string => `${url} (${branch})`

/** What became of onboarding, as a sentence without a full stop. */
export function onboardingSentence({ action, number, branch = '' }: OnboardingOutcome): string {
  const pull = number === undefined ? 'The pull request' : `Pull request ${number}`
  switch (action) {
    case 'planned':
      return 'It has no settings. A run opens a pull request with first settings'
    case 'declined':
      return `${pull} with first settings was closed, so it is not opened again. Reopen it, or add the settings, to begin`
    case 'merged':
      return `${pull} with first settings was merged, but the branch does not have them. Add the settings to begin`
    case 'blocked':
      return `${branch} has a commit that Tortoise did not make, so Tortoise does not update first settings there`
    case 'unchanged':
      return `${pull} with first settings is open`
    default:
      return `${pull} with first settings was ${action}`
  }
}

/** The coverage of all repositories together, a line for each cluster; empty for fewer than two plans. */
export function jointCoverageLines({ repositories }: RepositoriesOutcome): readonly string[] {
  const plans = repositories.flatMap((one) => ('report' in one ? [one.report.plan.coverage ?? []] : []))
  if (plans.length < 2) return []
  return jointCoverage(plans).map((one) => `cluster ${one.cluster}: ${coverageSentence(one)}`)
}

/** Skipped repositories and unread clusters, each as a sentence without a full stop. */
export const notReached = ({ skipped, unread }: RepositoriesOutcome): readonly string[] => [
  ...skipped.map(({ repository, revision, by, reason }) => {
    const [first = '', ...more] = by
    const place = more.length === 0 ? first : `${first} and ${more.length} more`
    return `Skipped ${repository} at ${revision}, named by ${place}: ${reason}`
  }),
  ...unread.map(
    ({ cluster, problems }) =>
      `The live objects of cluster ${cluster} were not read: ${problems.map(problemSentence).join('. ')}`,
  ),
]

/** A problem with its place and how to fix it, as sentences without the last full stop. */
export function problemSentence({ hint, ...problem }: Problem): string {
  const what = printProblem(problem)
  return hint === undefined ? what : `${what}. ${hint.replace(/\.$/, '')}`
}

/** What failed, as a sentence without a full stop; `undefined` where nothing did. */
export function failureOf({ repositories, unread }: RepositoriesOutcome): string | undefined {
  const failed = repositories.filter((one) => 'problems' in one).length
  const parts = [
    ...(failed === 0 ? [] : [`${failed} of the ${repositories.length} repositories failed`]),
    ...(unread.length === 0 ? [] : [`the live objects of ${plural(unread.length, 'cluster')} were not read`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', and ')
}

/** The same for JSON. */
export const repositoriesJson = ({ repositories, skipped, unread }: RepositoriesOutcome): object => ({
  repositories: repositories.map((one) => {
    const { url, branch } = one.target
    return { url, branch, ...outcomeJson(one) }
  }),
  skipped,
  unread: unread.map(({ cluster, problems }) => ({ cluster, problems: problems.map(printProblem) })),
})

function outcomeJson(one: RepositoryOutcome): object {
  if ('report' in one) return { report: jsonReport(one.report) }
  if ('problems' in one) return { problems: one.problems.map(printProblem) }
  if ('skipped' in one) return { skipped: one.skipped }
  const { plan, ...onboarding } = one.onboarding
  return { onboarding: { ...onboarding, ...(plan && { report: jsonReport({ plan }) }) } }
}

/** The same as Markdown. */
export function repositoriesMarkdown(all: RepositoriesOutcome): Markdown {
  const sections = all.repositories.map((one) => markdown`## ${titleOf(one)}\n\n${outcomeMarkdown(one)}`)
  const closing = [...jointCoverageLines(all).map((line) => `Coverage of ${line}`), ...notReached(all)]
  return markdown.join([...sections, ...closing.map((line) => markdown`${line}.\n`)], '\n')
}

function outcomeMarkdown(one: RepositoryOutcome): Markdown {
  if ('report' in one) return markdownReport(one.report)
  if ('problems' in one) return markdown`Failed: ${one.problems.map(problemSentence).join('. ')}.\n`
  if ('skipped' in one) return markdown`Skipped: ${one.skipped}.\n`
  const { plan, url } = one.onboarding
  const said = markdown`${onboardingSentence(one.onboarding)}.`
  const linked = url === undefined ? said : markdown`${said} ${link(markdown`Open it`, url)}.`
  return plan === undefined ? markdown`${linked}\n` : markdown`${linked}\n\n${markdownReport({ plan })}`
}

/** The same for a terminal. */
export function repositoriesTable(all: RepositoriesOutcome, paint: Paint): Terminal {
  const sections = all.repositories.map(
    (one) => terminal`${paint.bold(titleOf(one))}\n${outcomeTable(one, paint)}`,
  )
  const closing = [...jointCoverageLines(all).map((line) => `Coverage of ${line}`), ...notReached(all)]
  return terminal.join([...sections, ...closing.map((line) => terminal`${line}.\n`)], '\n')
}

function outcomeTable(one: RepositoryOutcome, paint: Paint): Terminal {
  if ('report' in one) return terminalReport(one.report, paint)
  if ('problems' in one) return terminal`Failed: ${one.problems.map(problemSentence).join('. ')}.\n`
  if ('skipped' in one) return terminal`Skipped: ${one.skipped}.\n`
  const { plan, url } = one.onboarding
  const said = terminal`${onboardingSentence(one.onboarding)}${url === undefined ? '' : `: ${url}`}.\n`
  return plan === undefined ? said : terminal`${said}${terminalReport({ plan }, paint)}`
}
