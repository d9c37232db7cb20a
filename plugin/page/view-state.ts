/** What is shown: filters, order, and the workload whose detail is open. Kept in the hash of the address. */
export interface ViewState {
  readonly search: string
  readonly filters: Readonly<Record<FilterName, string>>
  readonly sort: { readonly column: string; readonly descending: boolean }
  readonly open: string
}

/** The filters beside the search. */
export const filterNames = ['cluster', 'namespace', 'owner', 'change', 'reason'] as const
export type FilterName = (typeof filterNames)[number]

/** The order of a page that was just opened: what is raised first. */
const firstOrder = { column: 'kind', descending: false }

/** Reads the state from the hash of an address. */
export function readState(hash: string): ViewState {
  const words = new URLSearchParams(hash.replace(/^#/, ''))
  const sort = words.get('sort')
  return {
    search: words.get('q') ?? '',
    filters: Object.fromEntries(
      filterNames.map((name) => [name, words.get(name) ?? '']),
    ) as ViewState['filters'],
    sort: sort === null ? firstOrder : { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') },
    open: words.get('workload') ?? '',
  }
}

/** The hash of a state; empty for that of a page that was just opened. */
export function hashOf({ search, filters, sort, open }: ViewState): string {
  const words = new URLSearchParams()
  if (search !== '') words.set('q', search)
  for (const name of filterNames) if (filters[name] !== '') words.set(name, filters[name])
  if (sort.column !== firstOrder.column || sort.descending !== firstOrder.descending)
    words.set('sort', `${sort.descending ? '-' : ''}${sort.column}`)
  if (open !== '') words.set('workload', open)
  const text = words.toString()
  return text === '' ? '' : `#${text}`
}
