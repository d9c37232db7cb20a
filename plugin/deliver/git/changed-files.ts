import { type Entry, isDirectory, isFile, type Repository, readEntries } from './tree.ts'

type Entries = ReadonlyMap<string, Entry>

const mostTrees = 5_000
const treesRead = new WeakMap<object, Map<string, Entries>>()

/** Reads a tree once for all comparisons that share the repository's cache. */
async function entriesOf(repository: Repository, tree: string): Promise<Entries> {
  const known = treesRead.get(repository.cache) ?? new Map<string, Entries>()
  treesRead.set(repository.cache, known)
  const entries = known.get(tree) ?? (await readEntries(repository, tree))
  if (known.size >= mostTrees) known.clear()
  known.set(tree, entries)
  return entries
}

/** A path whose files differ between two trees, with the ids of the plain files in both. */
export interface ChangedFile {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Directories and files of one comparison. A commit of some kilobytes can hold the same directory any number of times. */
const mostCompared = 100_000

interface Comparison {
  readonly repository: Repository
  /** How many more directories and files are compared. */
  left: number
}

/** A directory in two trees, by the ids of its trees. */
interface DirectoryPair {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** The files of a directory that differ, for as long as the comparison goes on. */
async function differing(comparison: Comparison, pair: DirectoryPair): Promise<readonly ChangedFile[]> {
  if (pair.before === pair.after) return []
  const [old, current] = await Promise.all(
    [pair.before, pair.after].map(
      async (tree): Promise<Entries> =>
        tree === undefined ? new Map() : entriesOf(comparison.repository, tree),
    ),
  )
  const found: ChangedFile[] = []
  for (const name of new Set([...(old?.keys() ?? []), ...(current?.keys() ?? [])])) {
    const [was, is] = [old?.get(name), current?.get(name)]
    if (was?.oid === is?.oid && was?.mode === is?.mode) continue
    comparison.left -= 1
    if (comparison.left <= 0) break
    const path = `${pair.path}${Buffer.from(name, 'latin1').toString()}`
    const tree = (entry: Entry | undefined) => (entry && isDirectory(entry.mode) ? entry.oid : undefined)
    const file = (entry: Entry | undefined) => (entry && isFile(entry.mode) ? entry.oid : undefined)
    const isHere = [was, is].some((entry) => entry !== undefined && !isDirectory(entry.mode))
    if (isHere) found.push({ path, before: file(was), after: file(is) })
    for (const one of await differing(comparison, { path: `${path}/`, before: tree(was), after: tree(is) }))
      found.push(one)
  }
  return found
}

/** Returns the files that differ between two trees; where they are too many, the first of them. */
export const changedFiles = (
  repository: Repository,
  before: string | undefined,
  after: string | undefined,
): Promise<readonly ChangedFile[]> =>
  differing({ repository, left: mostCompared }, { path: '', before, after })

/** Returns the paths of the files that differ between two trees; `undefined` where they are too many to compare. */
export async function changedPaths(
  repository: Repository,
  before: string | undefined,
  after: string | undefined,
): Promise<readonly string[] | undefined> {
  const comparison = { repository, left: mostCompared }
  const files = await differing(comparison, { path: '', before, after })
  return comparison.left > 0 ? files.map(({ path }) => path) : undefined
}
