import type { Outcome } from '../../model/plan.ts'
import { terminalReport } from '../../report/terminal.ts'

/** What is known of a schedule and its last run. */
export interface ScheduleStatus {
  readonly name: string
  readonly cron: string
  readonly next?: Date | undefined
  readonly last?: LastRun | undefined
}

/** A run that ended. */
export interface LastRun {
  readonly ended: Date
  readonly seconds: number
  readonly outcome?: Outcome
  readonly error?: string
}

const escaped = (value: string): string => value.replace(/[&<>"]/g, (one) => `&#${one.codePointAt(0)};`)

const time = (date: Date | undefined): string =>
  date === undefined
    ? '–'
    : `<time datetime="${date.toISOString()}">${date.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`

/** The last runs as a page without scripts. */
export function reportPage(statuses: readonly ScheduleStatus[], version: string): string {
  const rows = statuses.map(row).join('\n')
  const reports = statuses
    .flatMap(({ name, last }) => (last === undefined ? [] : [section(name, last)]))
    .join('\n')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>GitOps Tortoise</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 90rem; padding: 0 1rem }
table { border-collapse: collapse } th, td { padding: .25rem 1rem .25rem 0; text-align: left }
pre { overflow-x: auto; line-height: 1.35; padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent) }
.failed { font-weight: 600 }
</style>
<h1>GitOps Tortoise</h1>
<table>
<thead><tr><th scope="col">Schedule</th><th scope="col">Cron</th><th scope="col">Next run</th><th scope="col">Last run</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
${reports}
<p>${escaped(version)} · <a href="report.json">JSON</a> · <a href="metrics">metrics</a></p>
</html>
`
}

function row({ name, cron, next, last }: ScheduleStatus): string {
  const how =
    last === undefined
      ? 'none since start'
      : `${last.error === undefined ? 'done' : '<span class="failed">failed</span>'} ${time(last.ended)}`
  return `<tr><td>${escaped(name)}</td><td><code>${escaped(cron)}</code></td><td>${time(next)}</td><td>${how}</td></tr>`
}

function section(name: string, { outcome, error, seconds }: LastRun): string {
  const body = outcome === undefined ? (error ?? '') : terminalReport(outcome)
  return `<h2>${escaped(name)}</h2>\n<p>Took ${seconds.toFixed(1)} s.</p>\n<pre>${escaped(body)}</pre>`
}
