import { containedPath } from '../io/resolve-path.ts'
import type { Tree, TreeEntry } from '../io/tree.ts'
import { viewOf } from '../io/view.ts'
import type { RepositoryView } from '../model/source.ts'

/** Views by the name of their directory; more are added while a run fetches. */
export type StoredViews = Map<string, RepositoryView>

/** A view of everything that was fetched, also after it was opened. */
export function storeView(
  stored: StoredViews,
  texts: ReadonlyMap<string, string> = new Map(),
  origin?: RepositoryView,
): RepositoryView {
  const opened = new Map<string, RepositoryView>()
  const pick = (path: string): readonly [RepositoryView | undefined, string, string] => {
    const [name = '', ...rest] = containedPath(path).split('/')
    const base = stored.get(name)
    const view = opened.get(name) ?? base?.with(below(texts, name))
    if (view !== undefined) opened.set(name, view)
    return [view, rest.join('/') || '.', name]
  }
  const view: RepositoryView = {
    get origin() {
      return origin ?? view
    },
    kind: async (path) => {
      const [found, inside] = pick(path)
      return containedPath(path) === '.' ? 'directory' : found?.kind(inside)
    },
    read: async (path) => {
      const [found, inside, name] = pick(path)
      const file = await found?.read(inside)
      return file === undefined ? undefined : { ...file, path: `${name}/${file.path}` }
    },
    bytes: async (path) => {
      const [found, inside] = pick(path)
      return found?.bytes(inside)
    },
    list: async (path) => {
      const [found, inside] = pick(path)
      return (await found?.list(inside)) ?? []
    },
    with: (more) => storeView(stored, new Map([...texts, ...more]), origin ?? view),
  }
  return view
}

const below = (texts: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> =>
  new Map(
    [...texts].flatMap(([path, text]) =>
      path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), text] as const] : [],
    ),
  )

/** A view of files by path. */
export function viewOfFiles(files: ReadonlyMap<string, Uint8Array>): RepositoryView {
  const directories = new Map<string, Map<string, TreeEntry>>()
  for (const path of files.keys()) {
    const parts = path.split('/')
    parts.forEach((name, index) => {
      const directory = parts.slice(0, index).join('/') || '.'
      const entries = directories.get(directory) ?? new Map<string, TreeEntry>()
      directories.set(
        directory,
        entries.set(name, { kind: index === parts.length - 1 ? 'file' : 'directory' }),
      )
    })
  }
  const tree: Tree = {
    entries: async (directory) => directories.get(directory),
    bytes: async (path) => files.get(path) ?? new Uint8Array(),
  }
  return viewOf(tree)
}
