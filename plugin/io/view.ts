import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'
import { resolvePath } from './resolve-path.ts'
import type { Tree, TreeEntry } from './tree.ts'

/**
 * A view of a tree with pending texts applied. It follows links. Its functions reject with `path.outside` for a path that leaves the
 * tree, and `read` with `yaml.refused` for a file that is not UTF-8. `origin` is the view without pending texts.
 */
export function viewOf(
  base: Tree,
  texts: ReadonlyMap<string, string> = new Map(),
  origin?: RepositoryView,
): RepositoryView {
  const tree = withPending(base, texts)
  const resolve = (path: string) => resolvePath(tree, path)
  const bytesOf = async (path: string): Promise<Uint8Array> => {
    const pending = texts.get(path)
    return pending === undefined ? tree.bytes(path) : new TextEncoder().encode(pending)
  }
  const view: RepositoryView = {
    get origin() {
      return origin ?? view
    },
    kind: async (path) => (await resolve(path))?.kind,
    read: async (path) => {
      const found = await resolve(path)
      if (found?.kind !== 'file') return undefined
      const text = texts.get(found.path) ?? decode(found.path, await tree.bytes(found.path))
      return { path: found.path, text }
    },
    bytes: async (path) => {
      const found = await resolve(path)
      return found?.kind === 'file' ? bytesOf(found.path) : undefined
    },
    list: async (path) => {
      const found = await resolve(path)
      if (found?.kind !== 'directory') return []
      const entries = [...((await tree.entries(found.path)) ?? new Map<string, TreeEntry>())]
      return entries.map(([name, { kind }]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    with: (more) => viewOf(base, new Map([...texts, ...more]), origin ?? view),
  }
  return view
}

/** The tree with the files and directories that pending texts add. */
function withPending(tree: Tree, texts: ReadonlyMap<string, string>): Tree {
  if (texts.size === 0) return tree
  const added = new Map<string, Map<string, TreeEntry>>()
  for (const path of texts.keys()) {
    const parts = path.split('/')
    parts.forEach((name, index) => {
      const directory = parts.slice(0, index).join('/') || '.'
      const entries = added.get(directory) ?? new Map<string, TreeEntry>()
      added.set(directory, entries.set(name, { kind: index === parts.length - 1 ? 'file' : 'directory' }))
    })
  }
  const entries = async (directory: string) => {
    const [existing, more] = [await tree.entries(directory), added.get(directory)]
    return more === undefined ? existing : new Map([...more, ...(existing ?? [])])
  }
  return { ...tree, entries }
}

function decode(file: string, content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (cause) {
    throw stop('yaml.refused', 'the file is not UTF-8 text', { place: { file }, cause })
  }
}
