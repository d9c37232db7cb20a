import type { FleetRow } from '../json/fleet.ts'

type Cell = string | number | undefined

/** The columns of the CSV, with their values. Names are a contract: new columns come last. */
const columns: readonly (readonly [name: string, value: (row: FleetRow) => Cell])[] = [
  ['cluster', (row) => row.cluster],
  ['namespace', (row) => row.namespace],
  ['kind', (row) => row.kind],
  ['name', (row) => row.name],
  ['source', (row) => row.source],
  ['owners', (row) => row.owners.join(' ')],
  ['change', (row) => row.change],
  ['cpu_requested_cores', (row) => row.cpu?.current.requested],
  ['cpu_used_cores', (row) => row.cpu?.current.used],
  ['cpu_unused_cores', (row) => row.cpu?.current.unused],
  ['cpu_short_cores', (row) => row.cpu?.current.short],
  ['cpu_proposed_cores', (row) => row.cpu?.proposed?.requested],
  ['memory_requested_gib', (row) => row.memory?.current.requested],
  ['memory_used_gib', (row) => row.memory?.current.used],
  ['memory_unused_gib', (row) => row.memory?.current.unused],
  ['memory_short_gib', (row) => row.memory?.current.short],
  ['memory_proposed_gib', (row) => row.memory?.proposed?.requested],
  ['cost_per_month', (row) => row.costPerMonth?.current],
  ['proposed_cost_per_month', (row) => row.costPerMonth?.proposed],
  ['saves_per_month', (row) => row.saves],
  ['oom_kills', (row) => row.kills],
  ['pods', (row) => row.replicas?.mean],
  ['changes', (row) => row.changes.map(changeText).join('; ')],
  ['source_lines', (row) => [...new Set(row.changes.map(({ where }) => where))].join('; ')],
  [
    'pull_requests',
    (row) => [...new Set(row.changes.flatMap(({ pull }) => pull ?? []))].map((one) => `#${one}`).join(' '),
  ],
  ['skipped', (row) => [...new Set(row.skipped.map(({ reason }) => reason))].join('; ')],
  ['repository', (row) => row.repository],
  ['undecided', (row) => [...new Set(row.undecided.map(({ missing }) => missing))].join('; ')],
]

/** The names of the columns, in order. */
export const csvColumns: readonly string[] = columns.map(([name]) => name)

const changeText = ({ container, field, from, to }: FleetRow['changes'][number]): string =>
  `${container === undefined ? '' : `${container} `}${field} ${from || 'unset'} -> ${to}`

/** Workloads as CSV, with a line of column names. No text in it is a formula. */
export const fleetCsv = (rows: readonly FleetRow[]): string =>
  [csvColumns, ...rows.map((row) => columns.map(([, value]) => value(row)))]
    .map((cells) => cells.map(cellText).join(','))
    .join('\n')
    .concat('\n')

/** Spreadsheets run a text that begins so; an apostrophe keeps it a text. */
const formula = /^[\s]*[=+\-@]/

function cellText(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const inert = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
