import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core'
import type { FleetRow } from '../report/json/fleet.ts'
import { el } from './dom.ts'
import type { Column } from './table-columns.ts'
import type { ViewState } from './view-state.ts'

/** A table of which only the rows on the screen are in the document; all of them where there are few, and in print. */
export interface TableView {
  readonly element: HTMLElement
  readonly show: (rows: readonly FleetRow[], sort: ViewState['sort']) => void
}

/** More rows than these are drawn as they come on the screen. */
const mostDrawn = 60
/** More rows than these are not printed. */
const mostPrinted = 2000

/** Makes the table. `order` is called with the column whose heading is pressed. */
export function tableView(columns: readonly Column[], order: (column: string) => void): TableView {
  const headings = new Map(columns.map((column) => [column.id, heading(column, order)]))
  // The list of a narrow screen is no table for a browser, so each part says its role.
  const body = el('tbody', { role: 'rowgroup' })
  const table = el(
    'table',
    { class: 'fleet', role: 'table', 'aria-labelledby': 'workloads-title' },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...headings.values())),
    body,
  )
  let rows: readonly FleetRow[] = []
  const print = matchMedia('print')
  const redraw = (): void => draw({ body, columns, virtual, isPrinted: print.matches }, rows)
  const virtual = virtualizer(table, redraw)
  print.addEventListener('change', redraw)
  matchMedia('(max-width: 46rem)').addEventListener('change', () => virtual.measure())
  return {
    element: table,
    show: (found, sort) => {
      rows = found
      for (const [id, cell] of headings) mark(cell, id === sort.column ? sort : undefined)
      table.setAttribute('aria-rowcount', String(rows.length + 1))
      virtual.setOptions({ ...virtual.options, count: rows.length, scrollMargin: topOf(body) })
      virtual.measure()
      redraw()
    },
  }
}

function heading({ id, heading: text, isNumber }: Column, order: (column: string) => void): HTMLElement {
  const button = el('button', { type: 'button' }, text)
  button.addEventListener('click', () => order(id))
  return el(
    'th',
    { role: 'columnheader', scope: 'col', class: `c-${id}${isNumber ? ' number' : ''}` },
    button,
  )
}

function mark(cell: HTMLElement, sort: ViewState['sort'] | undefined): void {
  if (sort === undefined) cell.removeAttribute('aria-sort')
  else cell.setAttribute('aria-sort', sort.descending ? 'descending' : 'ascending')
}

const topOf = (body: HTMLElement): number => body.getBoundingClientRect().top + scrollY

type Rows = Virtualizer<Window, HTMLElement>

function virtualizer(table: HTMLElement, changed: () => void): Rows {
  const made: Rows = new Virtualizer<Window, HTMLElement>({
    count: 0,
    getScrollElement: () => window,
    estimateSize: () => Number.parseFloat(getComputedStyle(table).getPropertyValue('--row')) || 48,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    overscan: 12,
    onChange: changed,
  })
  made._didMount()
  made._willUpdate()
  return made
}

interface Drawing {
  readonly body: HTMLElement
  readonly columns: readonly Column[]
  readonly virtual: Rows
  readonly isPrinted: boolean
}

/** Draws the rows on the screen, with empty rows as high as the rest. The focus stays on the workload that has it. */
function draw({ body, columns, virtual, isPrinted }: Drawing, rows: readonly FleetRow[]): void {
  const all = rows.length <= mostDrawn || isPrinted
  const shown = all ? [] : virtual.getVirtualItems()
  const [first, last] = all
    ? [0, Math.min(rows.length, mostPrinted)]
    : [shown[0]?.index ?? 0, (shown.at(-1)?.index ?? -1) + 1]
  const height = virtual.options.estimateSize(0)
  const focused = document.activeElement instanceof HTMLAnchorElement ? document.activeElement.hash : ''
  body.replaceChildren(
    ...space(first * height, columns.length),
    ...rows.slice(first, last).map((row, at) => line(row, columns, first + at)),
    ...(all ? [] : space((rows.length - last) * height, columns.length)),
  )
  if (focused !== '' && document.activeElement === document.body)
    [...body.querySelectorAll('a')].find(({ hash }) => hash === focused)?.focus({ preventScroll: true })
}

function space(height: number, columns: number): readonly HTMLElement[] {
  if (height <= 0) return []
  const cell = el('td', { colspan: columns })
  cell.style.height = `${height}px`
  return [el('tr', { class: 'space', 'aria-hidden': 'true' }, cell)]
}

function line(row: FleetRow, columns: readonly Column[], at: number): HTMLElement {
  const cells = columns.map(({ id, isNumber, heading: text, short = text, cell }) => {
    const attributes = { class: `c-${id}${isNumber ? ' number' : ''}`, 'data-heading': short }
    return id === 'name'
      ? el('th', { ...attributes, role: 'rowheader', scope: 'row' }, ...cell(row))
      : el('td', { ...attributes, role: 'cell' }, ...cell(row))
  })
  return el('tr', { role: 'row', 'aria-rowindex': at + 2 }, ...cells)
}
