import { amount, money, saveText } from '../report/fleet/format.ts'
import type { FleetReport, FleetRow } from '../report/json/fleet.ts'
import { detailDialog } from './detail.ts'
import { el, found } from './dom.ts'
import { columnsFor } from './table-columns.ts'
import { isColumn, rowsShown } from './table-model.ts'
import { tableView } from './table-view.ts'
import { toolbar } from './toolbar.ts'
import { hashOf, readState, type ViewState } from './view-state.ts'

const report = JSON.parse(found('#data').textContent ?? '') as FleetReport
const byKey = new Map(report.workloads.map((row) => [row.key, row]))
const pick = rowsShown(report.workloads)
let state = readState(location.hash)
let rows: readonly FleetRow[] = []
let isDrawn = false

const summary = el('p', { class: 'summary', role: 'status' })
const table = tableView(
  columnsFor(report.currency, (key) => hashOf({ ...state, open: key })),
  (column) => {
    const again = state.sort.column === column
    go({ sort: { column, descending: again ? !state.sort.descending : !['name', 'kind'].includes(column) } })
  },
)
const tools = toolbar(report, { change: go, shown: () => rows })
const detail = detailDialog(report, () => go({ open: '' }))

/** Shows a state, and puts it into the address. */
function go(part: Partial<ViewState>): void {
  const hash = hashOf({ ...state, ...part })
  history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash)
  show()
}

function show(): void {
  const before = hashOf({ ...state, open: '' })
  const next = readState(location.hash)
  state = isColumn(next.sort.column) ? next : { ...next, sort: readState('').sort }
  tools.show(state)
  if (!isDrawn || before !== hashOf({ ...state, open: '' })) showRows()
  detail(byKey.get(state.open))
}

function showRows(): void {
  isDrawn = true
  rows = pick(state)
  table.show(rows, state.sort)
  summary.textContent = summaryOf(rows)
}

/** `12 of 200 workloads request 4.2 cores and 10 GiB, use 1.9 cores and 7 GiB, and cost 130 USD a month.` */
function summaryOf(shown: readonly FleetRow[]): string {
  const sum = (of: (row: FleetRow) => number | undefined): number =>
    shown.reduce((all, row) => all + (of(row) ?? 0), 0)
  if (shown.length === 0) return 'No workload matches. Clear the search or a filter.'
  const count =
    shown.length === report.workloads.length
      ? `${shown.length}`
      : `${shown.length} of ${report.workloads.length}`
  const requested = `${amount(sum(({ cpu }) => cpu?.current.requested))} cores and ${amount(sum(({ memory }) => memory?.current.requested))} GiB`
  const used = `${amount(sum(({ cpu }) => cpu?.current.used))} cores and ${amount(sum(({ memory }) => memory?.current.used))} GiB`
  const cost = money(
    sum(({ costPerMonth }) => costPerMonth?.current),
    report.currency,
  )
  return `${count} workloads request ${requested}, use ${used}, and cost ${cost} a month. The proposed changes ${saveText(
    sum(({ saves }) => saves),
    report.currency,
  )}.`
}

found('#workloads').append(tools.element, summary, table.element)
addEventListener('hashchange', show)
show()
document.documentElement.dataset['ready'] = String(Math.round(performance.now()))
