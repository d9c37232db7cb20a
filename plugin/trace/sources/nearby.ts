import { groupBy } from '../../model/group.ts'
import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { RepositoryView } from '../../model/source.ts'
import { directoryOf, isEntryFile } from './detect.ts'
import type { FoundSource, Scan } from './scan.ts'

/** Directories of sources by what their entry files may refer to. */
interface Referrers {
  readonly byPath: ReadonlyMap<string, readonly string[]>
  /** Those that may refer to anything. */
  readonly unclear: readonly string[]
}

/**
 * Of sources that are built from each other: those that may read one of some files, directly or through others. They are
 * found by the words of their entry files, so that nothing is parsed and the rest of the repository is not read.
 */
export async function nearby(
  files: Iterable<string>,
  composing: readonly FoundSource[],
  { scan, view }: { readonly scan: Scan; readonly view: RepositoryView },
): Promise<readonly FoundSource[]> {
  const queue = [...files]
  if (queue.some((file) => !isPlain(file))) return composing
  const { byPath, unclear } = await referrersIn(composing, { scan, view })
  const near = new Set(unclear)
  queue.push(...unclear)
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const referring = withParents(path).flatMap((above) => byPath.get(above) ?? [])
    // The file may be the entry file of its own directory.
    for (const directory of [directoryOf(path), ...referring]) {
      if (near.has(directory)) continue
      near.add(directory)
      queue.push(directory)
    }
  }
  return composing.filter(({ source }) => near.has(source.path))
}

const isPlain = (path: string): boolean => /^[\w.@+/-]+$/.test(path)

/** A path and every directory above it. */
function withParents(path: string): readonly string[] {
  const parents = [path]
  for (let at = path; at !== '.'; ) {
    at = directoryOf(at)
    parents.push(at)
  }
  return parents
}

async function referrersIn(
  composing: readonly FoundSource[],
  { scan, view }: { readonly scan: Scan; readonly view: RepositoryView },
): Promise<Referrers> {
  const byPath = new Map<string, string[]>()
  const unclear: string[] = []
  const filesIn = groupBy(scan.files, directoryOf)
  const isLinked = linkTest(scan.links)
  await inParallel(composing, async ({ kind, source: { path } }) => {
    const entry = filesIn.get(path)?.find((file) => isEntryFile(kind, file))
    const text = entry === undefined ? undefined : await entryText(entry, view)
    const named = text === undefined ? undefined : kind.namedPaths?.(text, path)
    if (named === undefined || named.some(isLinked)) unclear.push(path)
    for (const one of named ?? []) addTo(byPath, one, path)
  })
  return { byPath, unclear }
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** Whether a path is or passes through one of some links. */
function linkTest(links: readonly string[]): (path: string) => boolean {
  if (links.length === 0) return () => false
  const all = new Set(links)
  return (path) => withParents(path).some((one) => all.has(one))
}

async function entryText(file: string, view: RepositoryView): Promise<string | undefined> {
  try {
    return (await view.read(file))?.text
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
