import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Delivery } from '../model/proposal.ts'
import { type Row, rowsOf, skippedRows, totals } from './rows.ts'

/** Text escaped for HTML, attributes included. */
export const escaped = (value: string): string =>
  value.replace(/[&<>"']/g, (one) => `&#${one.codePointAt(0)};`)

/** The report as a part of an HTML page, without scripts and styles. */
export function htmlReport({ plan, delivery }: Outcome): string {
  const rows = rowsOf(plan)
  const { changes, workloads, kept, unsure } = totals(plan)
  const head =
    changes === 0
      ? 'Nothing to change.'
      : `<strong>${plural(changes, 'value')} of ${plural(workloads, 'workload')}</strong> should change. ${kept} stay the same, ${unsure} cannot be decided yet.`
  const groups = [...new Set(rows.map(({ group }) => group))]
  return [
    `<p>${head}</p>`,
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
    .filter(Boolean)
    .join('\n')
}

const columns = ['Workload', 'Container', 'Field', 'From', 'To', '', 'Where']

function table(group: string, rows: readonly Row[]): string {
  const head = columns.map((name) => `<th scope="col">${name}</th>`).join('')
  const body = rows.map((row, at) => line(row, rows[at - 1])).join('\n')
  return `<h3>${escaped(group)}</h3>\n<div class="wide"><table class="changes">\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table></div>`
}

/** Two table rows: the change, and its reasons below. Rows of the same workload or container print its name once. */
function line(row: Row, before: Row | undefined): string {
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
  ].map((cell, at) => `<td class="c${at}">${escaped(cell)}</td>`)
  const kind = row.rises ? ' class="rises"' : ''
  return `<tr${kind}>${cells.join('')}</tr>\n<tr class="why"><td colspan="2"></td><td colspan="5">${escaped(row.why)}</td></tr>`
}

function proof(
  found: { readonly sources: readonly string[]; readonly moved: readonly unknown[] } | undefined,
) {
  if (found === undefined) return ''
  const [sources, fields] = [plural(found.sources.length, 'source'), plural(found.moved.length, 'field')]
  return `<p>Proved by rendering ${sources} before and after: exactly ${fields} changed.</p>`
}

function skipped(plan: Outcome['plan']): string {
  const reasons = skippedRows(plan)
  if (reasons.length === 0) return ''
  const items = reasons.map(
    ({ reason, what }) => `<li>${escaped(reason)}<br><small>${escaped(what.join(', '))}</small></li>`,
  )
  return `<details><summary>Skipped: ${plural(reasons.length, 'reason')}</summary>\n<ul>\n${items.join('\n')}\n</ul></details>`
}

function delivered(delivery: Delivery | undefined): string {
  if (delivery === undefined) return ''
  const { commit, branch, pulls = [] } = delivery
  const links = pulls.map(({ number, url, branch: name, action }) => {
    const safe = url !== undefined && /^https?:\/\//.test(url)
    const label = number === undefined ? name : `#${number}`
    return `<li>${safe ? `<a href="${escaped(url)}">${escaped(label)}</a>` : escaped(label)} ${action}</li>`
  })
  if (links.length > 0) return `<p>Pull requests</p>\n<ul>\n${links.join('\n')}\n</ul>`
  return commit === undefined
    ? ''
    : `<p>Commit <code>${escaped(commit.slice(0, 10))}</code> on <code>${escaped(branch ?? '')}</code>.</p>`
}
