import type { Outcome } from '../model/plan.ts'
import { type Problem, printProblem } from '../model/problem.ts'
import { json } from '../model/text/data.ts'
import { markdown } from '../model/text/markdown.ts'
import { terminal } from '../model/text/terminal.ts'
import type { Text } from '../model/text/text.ts'
import { jsonReport } from './json/report.ts'
import { markdownReport } from './markdown.ts'
import { ansi, plain } from './paint.ts'
import { terminalReport } from './terminal.ts'

/** How the run on one repository and branch ended. */
export type RepositoryOutcome = {
  readonly target: { readonly url: string; readonly branch: string }
} & ({ readonly report: Outcome } | { readonly problems: readonly Problem[] })

/** The reports of several repositories, one after the other, in one format. */
export function repositoriesReport(
  all: readonly RepositoryOutcome[],
  format: 'table' | 'markdown' | 'json',
  colour: boolean,
): Text<'terminal' | 'markdown' | 'data'> {
  switch (format) {
    case 'json':
      return json({ repositories: all.map(asJson) })
    case 'markdown':
      return markdown.join(all.map(asMarkdown), '\n')
    case 'table':
      return terminal.join(
        all.map((one) => asTable(one, colour)),
        '\n',
      )
    default:
      return format satisfies never
  }
}

const titleOf = ({ target: { url, branch } }: RepositoryOutcome): string => `${url} (${branch})`

const asJson = (one: RepositoryOutcome): object => ({
  ...one.target,
  ...('report' in one ? { report: jsonReport(one.report) } : { problems: one.problems.map(printProblem) }),
})

const asMarkdown = (one: RepositoryOutcome) =>
  'report' in one
    ? markdown`## ${titleOf(one)}\n\n${markdownReport(one.report)}`
    : markdown`## ${titleOf(one)}\n\nFailed: ${one.problems.map(printProblem).join('; ')}\n`

function asTable(one: RepositoryOutcome, colour: boolean) {
  const paint = colour ? ansi : plain
  const title = paint.bold(titleOf(one))
  return 'report' in one
    ? terminal`${title}\n${terminalReport(one.report, paint)}`
    : terminal`${title}\nFailed: ${one.problems.map(printProblem).join('; ')}\n`
}
