import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Delivery } from '../model/proposal.ts'
import { type Html, html } from '../model/text/html.ts'
import { webAddress } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { nothingChanges, type Row, rowsOf, skippedRows, totals } from './rows.ts'

/** The report as a part of an HTML page, without scripts and styles. */
export function htmlReport({ plan, delivery }: Outcome): Html {
  const rows = rowsOf(plan)
  const { changes, workloads, kept, unsure } = totals(plan)
  const head =
    changes === 0
      ? nothingChanges(plan)
      : html`<strong>${plural(changes, 'value')} of ${plural(workloads, 'workload')}</strong> should change. ${kept} stay the same, ${unsure} cannot be decided yet.`
  const groups = [...new Set(rows.map(({ group }) => group))]
  const parts = [
    html`<p>${head}</p>`,
    ...groups.map((group) =>
      table(
        group,
        rows.filter((row) => row.group === group),
      ),
    ),
    proof(plan.proposal?.proof),
    skipped(plan),
    delivered(delivery),
  ]
  return html.join(present(parts), '\n')
}

const columns = ['Workload', 'Container', 'Field', 'From', 'To', '', 'Where']

function table(group: string, rows: readonly Row[]): Html {
  const head = html.join(
    columns.map((name) => html`<th scope="col">${name}</th>`),
    '',
  )
  const body = html.join(
    rows.map((row, at) => line(row, rows[at - 1])),
    '\n',
  )
  return html`<h3>${group}</h3>\n<div class="wide"><table class="changes">\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table></div>`
}

/** Two table rows: the change, and its reasons below. Rows of the same workload or container print its name once. */
function line(row: Row, before: Row | undefined): Html {
  const sameWorkload = before?.workload === row.workload
  const sameContainer = sameWorkload && before?.container === row.container
  const cells = [
    sameWorkload ? '' : row.workload,
    sameContainer ? '' : row.container,
    row.field,
    row.from || 'unset',
    row.to,
    row.percent,
    row.inserted ? `${row.where} (new)` : row.where,
  ].map((cell, at) => html`<td class="c${at}">${cell}</td>`)
  const kind = row.rises ? html` class="rises"` : ''
  return html`<tr${kind}>${html.join(cells, '')}</tr>\n<tr class="why"><td colspan="2"></td><td colspan="5">${row.why}</td></tr>`
}

function proof(
  found: { readonly sources: readonly string[]; readonly moved: readonly unknown[] } | undefined,
) {
  if (found === undefined) return ''
  const [sources, fields] = [plural(found.sources.length, 'source'), plural(found.moved.length, 'field')]
  return html`<p>Proved by rendering ${sources} before and after: exactly ${fields} changed.</p>`
}

function skipped(plan: Outcome['plan']): Html | undefined {
  const reasons = skippedRows(plan)
  if (reasons.length === 0) return undefined
  const items = reasons.map(
    ({ reason, what }) => html`<li>${reason}<br><small>${what.join(', ')}</small></li>`,
  )
  return html`<details><summary>Skipped: ${plural(reasons.length, 'reason')}</summary>\n<ul>\n${html.join(items, '\n')}\n</ul></details>`
}

function delivered(delivery: Delivery | undefined): Html | undefined {
  if (delivery === undefined) return undefined
  const { commit, branch, pulls = [] } = delivery
  const links = pulls.map(({ number, url = '', branch: name, action }) => {
    const address = webAddress(url)
    const label = number === undefined ? name : `#${number}`
    const shown = address === undefined ? label : html`<a href="${address}">${label}</a>`
    return html`<li>${shown} ${action}</li>`
  })
  if (links.length > 0) return html`<p>Pull requests</p>\n<ul>\n${html.join(links, '\n')}\n</ul>`
  return commit === undefined
    ? undefined
    : html`<p>Commit <code>${commit.slice(0, 10)}</code> on <code>${branch ?? ''}</code>.</p>`
}
