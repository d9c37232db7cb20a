import { posix } from 'node:path'
import { LRUCache } from 'lru-cache'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'
import { isNormal, type ResolvedPath, resolvePath } from './resolve-path.ts'
import type { Tree, TreeEntry } from './tree.ts'

/**
 * A view of a tree, to which pending texts can be applied. It follows links. Its functions reject with `path.outside` for a path
 * that leaves the tree, and `read` with `yaml.refused` for a file that is not UTF-8. `origin` is the view without pending texts.
 */
export const viewOf = (base: Tree): RepositoryView => pendingView(base, textsOf(base))

/** The text of a file of a tree. */
type ReadText = (path: string) => Promise<string>

/** In UTF-16 units: the texts that were read last are kept, since many sources read the same files. */
const mostKept = 16 * 1024 ** 2

function textsOf(tree: Tree): ReadText {
  const kept = new LRUCache<string, string>({
    maxSize: mostKept,
    sizeCalculation: ({ length }) => length + 1,
  })
  return async (path) => {
    const known = kept.get(path)
    if (known !== undefined) return known
    const text = decode(path, await tree.bytes(path))
    kept.set(path, text)
    return text
  }
}

function pendingView(
  base: Tree,
  baseText: ReadText,
  { texts = new Map(), origin }: Pending = {},
): RepositoryView {
  const tree = withPending(base, texts)
  const resolve = resolver(tree)
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
      return { path: found.path, text: texts.get(found.path) ?? (await baseText(found.path)) }
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
    with: (more) =>
      pendingView(base, baseText, { texts: new Map([...texts, ...more]), origin: origin ?? view }),
  }
  return view
}

interface Pending {
  readonly texts?: ReadonlyMap<string, string>
  readonly origin?: RepositoryView
}

/** Resolves each path of a tree once, from its directory where no link is there. */
function resolver(tree: Tree): (path: string) => Promise<ResolvedPath | undefined> {
  const known = new Map<string, Promise<ResolvedPath | undefined>>()
  const resolve = (path: string): Promise<ResolvedPath | undefined> => {
    const found = known.get(path) ?? resolveIn(path)
    known.set(path, found)
    return found
  }
  const resolveIn = async (path: string): Promise<ResolvedPath | undefined> => {
    const [directory, name] = [posix.dirname(path), posix.basename(path)]
    // Where something is not as usual, each step is looked up from the root, for the message.
    const above =
      isNormal(path) && directory !== '.' ? await resolve(directory).catch(() => undefined) : undefined
    const entry = above?.kind === 'directory' ? (await tree.entries(above.path))?.get(name) : undefined
    return above === undefined || entry === undefined || entry.kind === 'link'
      ? resolvePath(tree, path)
      : { kind: entry.kind, path: posix.join(above.path, name) }
  }
  return resolve
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
