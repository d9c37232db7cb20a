import { amount, changeNames } from '../report/fleet/format.ts'
import type { Balance, FleetRow } from '../report/json/fleet.ts'
import { el, svg, unseenText } from './dom.ts'

/** A column of the table: its heading, the order that its button sets, and its cell. */
export interface Column {
  readonly id: string
  readonly heading: string
  /** Before the figure, where the table is a list. */
  readonly short?: string
  readonly isNumber?: true
  readonly cell: (row: FleetRow) => readonly (Node | string)[]
}

/** `1.2 → 0.8`, or one figure where nothing changes. */
const moved = (current: number, proposed: number | undefined): readonly (Node | string)[] =>
  proposed === undefined || amount(proposed) === amount(current)
    ? [amount(current)]
    : [amount(current), ' → ', el('strong', {}, amount(proposed))]

const requested =
  (resource: 'cpu' | 'memory') =>
  ({ [resource]: one }: FleetRow): readonly (Node | string)[] =>
    one === undefined ? ['–'] : moved(one.current.requested, one.proposed?.requested)

const used =
  (resource: 'cpu' | 'memory') =>
  ({ change, [resource]: one }: FleetRow): readonly (Node | string)[] =>
    one === undefined || change === 'unmanaged' ? ['–'] : [amount(one.current.used), bar(one.current)]

/** How much of what is requested is used, and what is used above it. The figures beside it say the same. */
function bar({ requested, used, short }: Balance): SVGElement {
  const all = Math.max(requested, used) || 1
  const inside = Math.max(0, used - short)
  return svg(
    'svg',
    { class: 'bar', width: '100%', height: 5, 'aria-hidden': 'true' },
    part('unused', 0, 100),
    part('used', 0, (inside / all) * 100),
    part('short', 100 - (short / all) * 100, (short / all) * 100),
  )
}

const part = (kind: string, from: number, width: number): SVGElement =>
  svg('rect', { class: kind, x: `${from.toFixed(1)}%`, width: `${width.toFixed(1)}%`, height: '100%' })

/** The columns of the table. */
export const columnsFor = (currency: string, hashTo: (key: string) => string): readonly Column[] => [
  {
    id: 'name',
    heading: 'Workload',
    cell: ({ key, name, kind, cluster, namespace }) => [
      el('a', { href: hashTo(key), class: 'name' }, name),
      el('span', { class: 'place' }, `${kind} · ${[cluster, namespace].filter(Boolean).join(' / ')}`),
    ],
  },
  {
    id: 'kind',
    heading: 'Change',
    cell: ({ change }) => [el('span', { class: `badge ${change}` }, changeNames[change])],
  },
  { id: 'cpu', heading: 'CPU requested, cores', short: 'Cores', isNumber: true, cell: requested('cpu') },
  { id: 'cpu-used', heading: 'CPU used', isNumber: true, cell: used('cpu') },
  {
    id: 'memory',
    heading: 'Memory requested, GiB',
    short: 'GiB',
    isNumber: true,
    cell: requested('memory'),
  },
  { id: 'memory-used', heading: 'Memory used', isNumber: true, cell: used('memory') },
  {
    id: 'cost',
    heading: `Cost a month, ${currency}`,
    isNumber: true,
    cell: ({ costPerMonth }) => [costPerMonth === undefined ? '–' : amount(costPerMonth.current)],
  },
  {
    id: 'saves',
    heading: `Saves a month, ${currency}`,
    short: `Saves, ${currency}`,
    isNumber: true,
    cell: savesCell,
  },
  {
    id: 'kills',
    heading: 'OOM kills',
    isNumber: true,
    cell: ({ kills }) => [kills === 0 ? '0' : el('strong', { class: 'bad' }, kills)],
  },
]

const savesCell = ({ saves, costPerMonth }: FleetRow): readonly (Node | string)[] => {
  if (costPerMonth === undefined || Math.abs(saves) < 0.005) return ['–']
  const text = amount(Math.abs(saves))
  return saves > 0 ? [text] : [el('span', { class: 'more' }, `−${text}`, unseenText(' (costs more)'))]
}
