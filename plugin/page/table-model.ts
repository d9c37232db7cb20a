import {
  columnFilteringFeature,
  constructTable,
  createColumnHelper,
  createFilteredRowModel,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  sortFn_text,
  tableFeatures,
} from '@tanstack/table-core'
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings'
import { changeNames } from '../report/fleet/format.ts'
import type { FleetRow } from '../report/json/fleet.ts'
import { filterNames, type ViewState } from './view-state.ts'

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  columnFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: {},
  sortFns: { basic: sortFn_basic, text: sortFn_text },
})

const helper = createColumnHelper<typeof features, FleetRow>()

/** The words of a row that the search looks in, in lower case. */
const wordsOf = ({ key, source = '', repository = '', owners, change, changes, skipped }: FleetRow): string =>
  [
    key,
    source,
    repository,
    ...owners,
    changeNames[change],
    ...changes.map(({ field }) => field),
    ...skipped.map(({ reason }) => reason),
  ]
    .join(' ')
    .toLowerCase()

type Reader = (row: FleetRow) => string | number | undefined

const numbers: Readonly<Record<string, Reader>> = {
  cpu: ({ cpu }) => cpu?.current.requested,
  'cpu-used': ({ cpu }) => cpu?.current.used,
  memory: ({ memory }) => memory?.current.requested,
  'memory-used': ({ memory }) => memory?.current.used,
  cost: ({ costPerMonth }) => costPerMonth?.current,
  saves: ({ saves }) => saves,
  kills: ({ kills }) => kills,
}

const has = (
  row: { readonly original: FleetRow },
  of: (row: FleetRow) => readonly string[],
  wanted: string,
) => of(row.original).includes(wanted)

/** The values of a row that a filter compares with. */
export const filterValues: Readonly<
  Record<(typeof filterNames)[number], (row: FleetRow) => readonly string[]>
> = {
  cluster: ({ cluster }) => [cluster],
  namespace: ({ namespace }) => [namespace],
  owner: ({ owners }) => owners,
  change: ({ change }) => [change],
  reason: ({ skipped }) => skipped.map(({ reason }) => reason),
}

const columns = helper.columns([
  helper.accessor(({ name, kind }) => `${name} ${kind}`, { id: 'name', sortFn: 'text' }),
  helper.accessor(({ change }) => Object.keys(changeNames).indexOf(change), { id: 'kind', sortFn: 'basic' }),
  ...Object.entries(numbers).map(([id, read]) =>
    helper.accessor((row) => read(row) as number | undefined, { id, sortFn: 'basic', sortUndefined: 'last' }),
  ),
  helper.accessor(wordsOf, {
    id: 'search',
    filterFn: (row, id, wanted: string) =>
      wanted.split(' ').every((word) => row.getValue<string>(id).includes(word)),
  }),
  ...filterNames.map((name) =>
    helper.accessor((row) => filterValues[name](row).join(' '), {
      id: name,
      filterFn: (row, _, wanted: string) => has(row, filterValues[name], wanted),
    }),
  ),
])

/** Returns the rows that a state shows, in its order. */
export function rowsShown(rows: readonly FleetRow[]): (state: ViewState) => readonly FleetRow[] {
  const table = constructTable({ features, columns, data: rows as FleetRow[] })
  return ({ search, filters, sort }) => {
    const wanted = search.trim().toLowerCase()
    table.setColumnFilters([
      ...(wanted === '' ? [] : [{ id: 'search', value: wanted }]),
      ...filterNames.flatMap((id) => (filters[id] === '' ? [] : [{ id, value: filters[id] }])),
    ])
    const others = [
      { id: 'saves', desc: true },
      { id: 'name', desc: false },
    ].filter(({ id }) => id !== sort.column)
    table.setSorting([{ id: sort.column, desc: sort.descending }, ...others])
    return table.getRowModel().rows.map(({ original }) => original)
  }
}

/** Whether rows can be ordered by a column. */
export const isColumn = (name: string): boolean =>
  name === 'name' || name === 'kind' || Object.hasOwn(numbers, name)
