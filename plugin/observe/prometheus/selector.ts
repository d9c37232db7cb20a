/** Which series belong to the observed cluster. */
export interface Selection {
  /** Labels that select the cluster on a shared server, for example `cluster: prod`. */
  readonly labels?: Readonly<Record<string, string>>
  /** Only these namespaces; all when left out or empty. */
  readonly namespaces?: readonly string[]
  /** A part of the cluster, so that one response stays small. */
  readonly shard?: Shard
  /** Only these pods; all when left out. */
  readonly pods?: readonly string[]
}

/** A part of a cluster: some namespaces, or all except some; optionally only pods whose names end in certain characters. */
export interface Shard {
  /** Namespaces with their number of series. */
  readonly members: readonly (readonly [namespace: string, series: number])[]
  /** Left out: only the members. Given: the members and all unknown namespaces, except these. */
  readonly except?: readonly string[]
  /** Last characters of pod names, as in a character class of a regular expression. */
  readonly ending?: string
}

/** Makes a selector of a metric with its own matchers and those of the selection. */
export type SeriesOf = (metric: string, ...matchers: readonly string[]) => string

/** Makes selectors for one selection; `names` are the labels for namespace and pod. */
export function selectorOf(
  selection: Selection,
  names: { readonly namespace: string; readonly pod: string } = { namespace: 'namespace', pod: 'pod' },
): SeriesOf {
  const own = matchersOf(selection, names)
  return (metric, ...more) => `${metric}{${[...more, ...own].join(',')}}`
}

/** A regular expression for these texts alone. */
export const anyOf = (texts: readonly string[]): string =>
  texts.map((text) => text.replace(/[.*+?()|[\]{}^$\\]/g, '\\$&')).join('|')

const quoted = (texts: readonly string[]): string => JSON.stringify(anyOf(texts))

/** Matchers for the values of labels: `cluster="prod"`. */
export const labelMatchers = (labels: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)

function matchersOf(
  { labels = {}, namespaces = [], shard, pods }: Selection,
  names: { readonly namespace: string; readonly pod: string },
): readonly string[] {
  const { members = [], except, ending } = shard ?? { except: [] }
  return [
    ...labelMatchers(labels),
    ...(namespaces.length === 0 ? [] : [`${names.namespace}=~${quoted(namespaces)}`]),
    ...(except === undefined ? [`${names.namespace}=~${quoted(members.map(([name]) => name))}`] : []),
    ...(except === undefined || except.length === 0 ? [] : [`${names.namespace}!~${quoted(except)}`]),
    ...(pods === undefined ? [] : [`${names.pod}=~${quoted(pods)}`]),
    ...(ending === undefined ? [] : [`${names.pod}=~".*[${ending}]"`]),
  ]
}
