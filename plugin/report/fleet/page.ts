import { plural } from '../../model/plural.ts'
import { dataElement, type Html, html, scriptElement, styleElement } from '../../model/text/html.ts'
import { webAddress } from '../../model/text/markdown.ts'
import { present } from '../../model/text/text.ts'
import type { FleetReport } from '../json/fleet.ts'
import { timeText } from './format.ts'
import { tiles } from './tiles.ts'

/** What the build makes of the page's own script and style. Hashes are those of a Content-Security-Policy. */
export interface PageClient {
  readonly script: string
  readonly style: string
  readonly scriptHash: string
  readonly styleHash: string
}

/** The Content-Security-Policy of the page: its own script and style, and no request. */
export const pagePolicy = ({ scriptHash, styleHash }: PageClient): string =>
  `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`

/** The report as one HTML file, which makes no request. */
export function fleetPage(report: FleetReport, client: PageClient, links: readonly Html[] = []): Html {
  const { madeAt, program } = report
  const parts = [
    tiles(report),
    schedules(report),
    repositories(report),
    pulls(report),
    html`<section id="workloads" aria-labelledby="workloads-title"><h2 id="workloads-title">Workloads</h2><noscript><p>The table of workloads needs JavaScript. <code>tortoise report -o markdown</code> prints the same changes.</p></noscript></section>`,
    notes(report),
  ]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy(client)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>GitOps Tortoise: workloads, requests and usage</title>
${styleElement(client.style)}
</head>
<body>
<a class="skip" href="#workloads">Skip to the workloads</a>
<header><h1>GitOps Tortoise</h1><p><time datetime="${madeAt}">${timeText(madeAt)}</time></p></header>
<main>
${html.join(present(parts), '\n')}
</main>
<footer><p>${html.join([program, ...links], ' · ')}</p></footer>
${dataElement(report)}
${scriptElement(client.script)}
</body>
</html>
`
}

type Schedule = NonNullable<FleetReport['schedules']>[number]

function schedules({ schedules: all }: FleetReport): Html | undefined {
  if (all === undefined) return undefined
  const head = html`<thead><tr><th scope="col">Schedule</th><th scope="col">Cron</th><th scope="col">Next run</th><th scope="col">Last run</th></tr></thead>`
  const rows = html.join(all.map(scheduleRow), '\n')
  return html`<section><h2>Schedules</h2><div class="wide" tabindex="0" role="region" aria-label="Schedules"><table class="plain">\n${head}\n<tbody>\n${rows}\n</tbody></table></div></section>`
}

const time = (iso: string | undefined): Html | string =>
  iso === undefined ? '–' : html`<time datetime="${iso}">${timeText(iso)}</time>`

function scheduleRow({ name, cron, next, last }: Schedule): Html {
  return html`<tr><td>${name}</td><td><code>${cron}</code></td><td>${time(next)}</td><td>${lastRun(last)}</td></tr>`
}

function lastRun(last: Schedule['last']): Html | string {
  if (last === undefined) return 'none since the start'
  const { ended, seconds, error } = last
  const took = `took ${seconds.toFixed(1)} s`
  return error === undefined
    ? html`done ${time(ended)}, ${took}`
    : html`<strong class="failed">failed</strong> ${time(ended)}, ${took}<pre>${linesOf(error)}</pre>`
}

/** A text with its lines: a value alone is one line. */
const linesOf = (text: string): Html =>
  html.join(
    text.split('\n').map((line) => html`${line}`),
    '\n',
  )

function repositories({ repositories: all }: FleetReport): Html | undefined {
  if (all === undefined || all.length === 0) return undefined
  const rows = all.map(({ name, said }) => html`<tr><td>${name}</td><td>${said}</td></tr>`)
  return html`<section><h2>Repositories</h2><div class="wide" tabindex="0" role="region" aria-label="Repositories"><table class="plain">\n<thead><tr><th scope="col">Repository</th><th scope="col">Last run</th></tr></thead>\n<tbody>\n${html.join(rows, '\n')}\n</tbody></table></div></section>`
}

const actions: Readonly<Record<string, string>> = {
  opened: 'open',
  reopened: 'open',
  updated: 'open',
  unchanged: 'open',
  queued: 'waits for a free slot',
  blocked: 'has commits of others',
}

function pulls({ pulls: all }: FleetReport): Html | undefined {
  if (all.length === 0) return undefined
  const items = all.map(({ scope, branch, action, number, url, reason }) => {
    const label = number === undefined ? branch : `#${number}`
    const address = url === undefined ? undefined : webAddress(url)
    const shown =
      address === undefined ? html`${label}` : html`<a href="${address}" rel="noreferrer">${label}</a>`
    const more = [scope, actions[action] ?? action, reason].filter(Boolean).join(' · ')
    return html`<li>${shown} ${more}</li>`
  })
  return html`<section><h2>Pull requests</h2><ul class="pulls">\n${html.join(items, '\n')}\n</ul></section>`
}

function notes({ coverage, skippedSources, notes: said }: FleetReport): Html | undefined {
  const items = [
    ...coverage.flatMap((one) => [
      `Cluster ${one.cluster}: ${one.said}.`,
      ...one.advice.map((text) => `Cluster ${one.cluster}: ${text}.`),
    ]),
    ...skippedSources.map(({ source, reason }) => `Skipped ${source}: ${reason}.`),
    ...said,
  ]
  if (items.length === 0) return undefined
  const list = html.join(
    items.map((one) => html`<li>${one}</li>`),
    '\n',
  )
  return html`<section><h2>About this report</h2><details><summary>${plural(items.length, 'note')}: coverage, skipped sources, and how usage was read</summary>\n<ul>\n${list}\n</ul></details></section>`
}
