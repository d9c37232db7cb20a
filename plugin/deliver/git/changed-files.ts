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

/** Returns the files that differ between two trees. */
export async function changedFiles(
  repository: Repository,
  before: string | undefined,
  after: string | undefined,
): Promise<readonly ChangedFile[]> {
  if (before === after) return []
  const [old, current] = await Promise.all(
    [before, after].map(
      async (tree): Promise<Entries> => (tree === undefined ? new Map() : entriesOf(repository, tree)),
    ),
  )
  const names = new Set([...(old?.keys() ?? []), ...(current?.keys() ?? [])])
  const found = await Promise.all(
    [...names].map(async (name): Promise<readonly ChangedFile[]> => {
      const [was, is] = [old?.get(name), current?.get(name)]
      if (was?.oid === is?.oid && was?.mode === is?.mode) return []
      const path = Buffer.from(name, 'latin1').toString()
      const tree = (entry: Entry | undefined) => (entry && isDirectory(entry.mode) ? entry.oid : undefined)
      const file = (entry: Entry | undefined) => (entry && isFile(entry.mode) ? entry.oid : undefined)
      const below = await changedFiles(repository, tree(was), tree(is))
      const isHere = [was, is].some((entry) => entry !== undefined && !isDirectory(entry.mode))
      return [
        ...(isHere ? [{ path, before: file(was), after: file(is) }] : []),
        ...below.map((one) => ({ ...one, path: `${path}/${one.path}` })),
      ]
    }),
  )
  return found.flat()
}

/** Returns the paths of the files that differ between two trees. */
export const changedPaths = async (
  repository: Repository,
  before: string | undefined,
  after: string | undefined,
): Promise<readonly string[]> => (await changedFiles(repository, before, after)).map(({ path }) => path)
