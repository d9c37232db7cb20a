import type { Session } from './session.ts'

/** One entry of a Git tree. */
export interface TreeEntry {
  readonly mode: string
  readonly sha: string
}

const list = async ({ repo, send }: Session, tree: string, recursive: boolean) => {
  const { data } = await send('read a tree', ({ rest }) =>
    rest.git.getTree({ ...repo, tree_sha: tree, ...(recursive ? { recursive: 'true' } : {}) }),
  )
  return data
}

/** Returns the entries at some paths of a tree, with one request if the API can list the whole repository. */
export async function readTree(
  session: Session,
  tree: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, TreeEntry>> {
  const all = await list(session, tree, true)
  if (all.truncated) return descend(session, tree, paths)
  const wanted = new Set(paths)
  return new Map(all.tree.filter(({ path }) => wanted.has(path)).map((entry) => [entry.path, entry]))
}

/** Descends to each path, with one request for each directory. */
async function descend(
  session: Session,
  tree: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, TreeEntry>> {
  const { tree: entries } = await list(session, tree, false)
  const found = new Map<string, TreeEntry>()
  for (const name of new Set(paths.map((path) => path.split('/', 1)[0] ?? ''))) {
    const entry = entries.find(({ path }) => path === name)
    if (entry === undefined) continue
    const below = paths
      .filter((path) => path.startsWith(`${name}/`))
      .map((path) => path.slice(name.length + 1))
    if (below.length === 0) found.set(name, entry)
    else if (entry.type === 'tree') {
      for (const [path, one] of await descend(session, entry.sha, below)) found.set(`${name}/${path}`, one)
    }
  }
  return found
}
