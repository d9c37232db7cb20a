import { groupBy } from '../model/group.ts'
import { localFiles, type SourceFiles } from '../trace/sources/source-files.ts'

/** A source with the files that it reads. */
export type ReadingSource = Pick<SourceFiles, 'source' | 'files'>

/**
 * Groups items that have a place in common, directly or through others. Places that more than `mostItems` of them have do not count.
 * Groups are in the order of their first items.
 */
export function linkedGroups<T>(
  items: readonly T[],
  placesOf: (item: T) => Iterable<string>,
  mostItems = Number.POSITIVE_INFINITY,
): readonly (readonly T[])[] {
  const parents = items.map((_, index) => index)
  const rootOf = (index: number): number => {
    const parent = parents[index] ?? index
    if (parent === index) return index
    const root = rootOf(parent)
    parents[index] = root
    return root
  }
  const holders = new Map<string, number[]>()
  for (const [index, item] of items.entries())
    for (const place of new Set(placesOf(item))) {
      const known = holders.get(place)
      if (known === undefined) holders.set(place, [index])
      else known.push(index)
    }
  for (const [first = 0, ...others] of holders.values())
    if (others.length < mostItems) for (const other of others) parents[rootOf(other)] = rootOf(first)
  return [...groupBy([...items.entries()], ([index]) => rootOf(index)).values()].map((group) =>
    group.map(([, item]) => item),
  )
}

/** Groups sources that read a file in common. Files that more than `mostReaders` of them read do not count. */
export const sourceGroups = <T extends ReadingSource>(
  all: readonly T[],
  mostReaders: number,
): readonly (readonly T[])[] => linkedGroups(all, placesOf, mostReaders)

/** The places that a source reads or that its edits may change: its files, its directory, and its recommendations. */
const placesOf = ({ source, files }: ReadingSource): readonly string[] => [
  ...localFiles({ source, files }),
  source.path,
  ...(source.overlay === undefined ? [] : [source.overlay.directory]),
]

/** How many sources may read a file and still be kept in one shard for it: a chart that all of them use splits. */
export const mostReadersOf = (sources: number, shards: number): number =>
  Math.max(8, Math.ceil(sources / (2 * shards)))
