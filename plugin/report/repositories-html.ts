import { printProblem } from '../model/problem.ts'
import { type Html, html } from '../model/text/html.ts'
import { htmlReport } from './html.ts'
import {
  jointCoverageLines,
  notReached,
  onboardingSentence,
  type RepositoriesOutcome,
  type RepositoryOutcome,
  titleOf,
} from './repositories.ts'

/** The results of several repositories as a part of a page. */
export function repositoriesHtml(all: RepositoriesOutcome): Html {
  const sections = all.repositories.map((one) => html`<h3>${titleOf(one)}</h3>\n${bodyOf(one)}`)
  const closing = [...jointCoverageLines(all).map((line) => `Coverage of ${line}`), ...notReached(all)]
  return html.join([...sections, ...closing.map((line) => html`<p>${line}.</p>`)], '\n')
}

function bodyOf(one: RepositoryOutcome): Html {
  if ('report' in one) return htmlReport(one.report)
  if ('problems' in one) return html`<pre>${one.problems.map(printProblem).join('\n')}</pre>`
  if ('skipped' in one) return html`<p>Skipped: ${one.skipped}.</p>`
  const { url } = one.onboarding
  const where = url === undefined ? '' : html`: ${url}`
  return html`<p>${onboardingSentence(one.onboarding)}${where}.</p>`
}
