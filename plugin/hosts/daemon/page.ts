import type { Outcome } from '../../model/plan.ts'
import { type Html, html } from '../../model/text/html.ts'
import { htmlReport } from '../../report/html.ts'
import type { RepositoriesOutcome } from '../../report/repositories.ts'
import { repositoriesHtml } from '../../report/repositories-html.ts'

/** A schedule with its last run. */
export interface ScheduleStatus {
  readonly name: string
  readonly cron: string
  readonly next?: Date | undefined
  readonly last?: LastRun | undefined
}

/** A finished run. */
export interface LastRun {
  readonly ended: Date
  readonly seconds: number
  readonly outcome?: Outcome
  /** The results of several repositories. */
  readonly repositories?: RepositoriesOutcome
  readonly error?: string
}

const time = (date: Date | undefined): Html | string =>
  date === undefined
    ? '–'
    : html`<time datetime="${date.toISOString()}">${date.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`

/** An HTML page with the last runs, without scripts. */
export function reportPage(statuses: readonly ScheduleStatus[], version: string): Html {
  const rows = html.join(statuses.map(row), '\n')
  const reports = html.join(
    statuses.flatMap(({ name, last }) => (last === undefined ? [] : [section(name, last)])),
    '\n',
  )
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>GitOps Tortoise</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 20%, transparent)
  ; --quiet: color-mix(in srgb, CanvasText 65%, Canvas); --rises: light-dark(#9a4a00, #ffb066) }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem }
table { border-collapse: collapse } th, td { padding: .3rem 1.25rem .3rem 0; text-align: left; vertical-align: top }
th { font-size: .85rem; font-weight: 600; color: var(--quiet) } time, code { white-space: nowrap }
.wide { overflow-x: auto } .changes { width: 100%; font-size: .9rem } .changes td { white-space: nowrap; padding-bottom: 0 }
.changes .why td { white-space: normal; color: var(--quiet); font-size: .8rem; padding: 0 1.25rem .5rem 0 }
.c2, .c3, .c4, .c5, .c6 { font-family: ui-monospace, monospace } .c3, .c4, .c5 { text-align: right } .c4 { font-weight: 600 }
.changes th:nth-child(4), .changes th:nth-child(5) { text-align: right }
.rises .c4, .rises .c5 { color: var(--rises) } .c6 { color: var(--quiet) } .failed { font-weight: 600; color: var(--rises) }
pre { white-space: pre-wrap; padding: 1rem; border: 1px solid var(--line) } li { margin: .25rem 0 } small, footer { color: var(--quiet) }
</style>
<h1>GitOps Tortoise</h1>
<div class="wide"><table>
<thead><tr><th scope="col">Schedule</th><th scope="col">Cron</th><th scope="col">Next run</th><th scope="col">Last run</th></tr></thead>
<tbody>
${rows}
</tbody>
</table></div>
${reports}
<footer>${version} · <a href="report.json">JSON</a> · <a href="metrics">metrics</a></footer>
</html>
`
}

function row({ name, cron, next, last }: ScheduleStatus): Html {
  const how =
    last === undefined
      ? 'none since the start'
      : html`${last.error === undefined ? 'done' : html`<span class="failed">failed</span>`} ${time(last.ended)}`
  return html`<tr><td>${name}</td><td><code>${cron}</code></td><td>${time(next)}</td><td>${how}</td></tr>`
}

function bodyOf({ outcome, repositories, error }: LastRun): Html {
  if (repositories !== undefined) return repositoriesHtml(repositories)
  return outcome === undefined ? html`<pre>${error ?? ''}</pre>` : htmlReport(outcome)
}

function section(name: string, last: LastRun): Html {
  const { seconds } = last
  const body = bodyOf(last)
  return html`<h2>${name}</h2>\n${body}\n<p><small>Took ${seconds.toFixed(1)} s.</small></p>`
}
