import { fleetCsv } from '../report/fleet/csv.ts'
import { changeNames } from '../report/fleet/format.ts'
import type { FleetReport, FleetRow } from '../report/json/fleet.ts'
import { el } from './dom.ts'
import { filterValues } from './table-model.ts'
import { type FilterName, filterNames, type ViewState } from './view-state.ts'

/** The search, the filters and the buttons above the table. */
export interface Toolbar {
  readonly element: HTMLElement
  /** Shows a state that did not come from here. */
  readonly show: (state: ViewState) => void
}

const labels: Readonly<Record<FilterName, string>> = {
  cluster: 'Cluster',
  namespace: 'Namespace',
  owner: 'Owner',
  change: 'Change',
  reason: 'Skipped because',
}

/** What the toolbar calls. */
export interface ToolbarPorts {
  readonly change: (part: Partial<Pick<ViewState, 'search' | 'filters'>>) => void
  readonly shown: () => readonly FleetRow[]
}

/** Makes the toolbar. Filters with one choice are left out. */
export function toolbar(report: FleetReport, ports: ToolbarPorts): Toolbar {
  const search = el('input', {
    type: 'search',
    placeholder: 'Name, field, source, reason',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const selects = filterNames.flatMap((name) => {
    const found = choices(report.workloads, name)
    return found.length < 2 && name !== 'reason'
      ? []
      : found.length === 0
        ? []
        : [[name, select(found, name)] as const]
  })
  const filters = () =>
    ({
      ...empty,
      ...Object.fromEntries(selects.map(([name, { value }]) => [name, value])),
    }) as ViewState['filters']
  search.addEventListener('input', () => ports.change({ search: search.value }))
  for (const [, one] of selects) one.addEventListener('change', () => ports.change({ filters: filters() }))
  const reset = button('Clear', () => ports.change({ search: '', filters: empty }))
  return {
    element: el(
      'form',
      { class: 'tools', role: 'search', 'aria-label': 'Filter the workloads' },
      field('Search', search),
      ...selects.map(([name, one]) => field(labels[name], one)),
      el('span', { class: 'buttons' }, reset, ...exports(report, ports.shown)),
    ),
    show: (state) => {
      if (search.value !== state.search) search.value = state.search
      for (const [name, one] of selects) one.value = state.filters[name]
    },
  }
}

const empty = Object.fromEntries(filterNames.map((name) => [name, ''])) as ViewState['filters']

const field = (label: string, input: HTMLElement): HTMLElement =>
  el('label', {}, el('span', {}, label), input)

/** The values of a filter, with how many rows have each. */
function choices(rows: readonly FleetRow[], name: FilterName): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const row of rows)
    for (const value of new Set(filterValues[name](row))) counts.set(value, (counts.get(value) ?? 0) + 1)
  const found = [...counts].filter(([value]) => value !== '')
  return name === 'reason'
    ? found.sort(([, one], [, other]) => other - one).slice(0, 200)
    : found.sort(([one], [other]) => one.localeCompare(other))
}

function select(found: readonly (readonly [string, number])[], name: FilterName): HTMLSelectElement {
  const shown = (value: string): string =>
    name === 'change'
      ? changeNames[value as keyof typeof changeNames]
      : value.length > 90
        ? `${value.slice(0, 89)}…`
        : value
  return el(
    'select',
    {},
    el('option', { value: '' }, 'All'),
    ...found.map(([value, count]) => el('option', { value }, `${shown(value)} (${count})`)),
  )
}

function button(label: string, press: () => void): HTMLElement {
  const made = el('button', { type: 'button' }, label)
  made.addEventListener('click', press)
  return made
}

/** The buttons that save the workloads that are shown. */
function exports(report: FleetReport, shown: () => readonly FleetRow[]): readonly HTMLElement[] {
  const name = `tortoise-${report.madeAt.slice(0, 10)}`
  return [
    button('Save CSV', () => save(`${name}.csv`, 'text/csv', fleetCsv(shown()))),
    button('Save JSON', () =>
      save(
        `${name}.json`,
        'application/json',
        `${JSON.stringify({ ...report, workloads: shown() }, null, 2)}\n`,
      ),
    ),
  ]
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  el('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
