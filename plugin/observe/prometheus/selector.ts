/** Which series belong to the cluster that is observed. */
export interface Selection {
  /** Labels that pick the cluster out of a shared server, `cluster: prod` for example. */
  readonly labels?: Readonly<Record<string, string>>
  /** Only these namespaces; all when left out or empty. */
  readonly namespaces?: readonly string[]
  /** A part of the cluster, so that one answer stays small. */
  readonly shard?: Shard
}

/** A part of a cluster: some namespaces, or every namespace but some, and perhaps only pods whose names end in a set. */
export interface Shard {
  /** Namespaces with the series that were counted in each. */
  readonly members: readonly (readonly [namespace: string, series: number])[]
  /** Left out: the members alone. Present: the members and all that nobody counted, but for these. */
  readonly except?: readonly string[]
  /** Last characters of pod names, as the inside of a character class. */
  readonly ending?: string
}

/** A metric with its own matchers and those of the selection. */
export type SeriesOf = (metric: string, ...matchers: readonly string[]) => string

/** Makes selectors for one selection; `names` are the labels that hold namespace and pod. */
export function selectorOf(
  selection: Selection,
  names: { readonly namespace: string; readonly pod: string } = { namespace: 'namespace', pod: 'pod' },
): SeriesOf {
  const own = matchersOf(selection, names)
  return (metric, ...more) => `${metric}{${[...more, ...own].join(',')}}`
}

const quoted = (texts: readonly string[]): string =>
  JSON.stringify(texts.map((text) => text.replace(/[.*+?()|[\]{}^$\\]/g, '\\$&')).join('|'))

function matchersOf(
  { labels = {}, namespaces = [], shard }: Selection,
  names: { readonly namespace: string; readonly pod: string },
): readonly string[] {
  const { members = [], except, ending } = shard ?? { except: [] }
  return [
    ...Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ...(namespaces.length === 0 ? [] : [`${names.namespace}=~${quoted(namespaces)}`]),
    ...(except === undefined ? [`${names.namespace}=~${quoted(members.map(([name]) => name))}`] : []),
    ...(except === undefined || except.length === 0 ? [] : [`${names.namespace}!~${quoted(except)}`]),
    ...(ending === undefined ? [] : [`${names.pod}=~".*[${ending}]"`]),
  ]
}
