import { posix } from 'node:path'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'

/** What stands in a directory of a tree of files. */
export type TreeEntry =
  | { readonly kind: 'file' | 'directory' }
  | { readonly kind: 'link'; readonly target: string }

/** The raw tree under a view: a work tree on disk, or the tree of a commit. Paths are real, without links. */
export interface Tree {
  /** Entries of a directory by name; `undefined` when it is none. */
  readonly entries: (directory: string) => Promise<ReadonlyMap<string, TreeEntry> | undefined>
  readonly bytes: (path: string) => Promise<Uint8Array>
}

const mostLinks = 40

/** Lays pending texts over a tree and follows links, refusing every path that would leave it. */
export function viewOf(
  base: Tree,
  texts: ReadonlyMap<string, string> = new Map(),
  origin?: RepositoryView,
): RepositoryView {
  const tree = withPending(base, texts)
  const resolvePath = (path: string) => walk(tree, { path, links: 0 })
  const bytesOf = async (path: string): Promise<Uint8Array> => {
    const pending = texts.get(path)
    return pending === undefined ? tree.bytes(path) : new TextEncoder().encode(pending)
  }
  const view: RepositoryView = {
    get origin() {
      return origin ?? view
    },
    kind: async (path) => (await resolvePath(path))?.kind,
    read: async (path) => {
      const found = await resolvePath(path)
      if (found?.kind !== 'file') return undefined
      const text = texts.get(found.path) ?? decode(found.path, await tree.bytes(found.path))
      return { path: found.path, text }
    },
    bytes: async (path) => {
      const found = await resolvePath(path)
      return found?.kind === 'file' ? bytesOf(found.path) : undefined
    },
    list: async (path) => {
      const found = await resolvePath(path)
      if (found?.kind !== 'directory') return []
      const entries = [...((await tree.entries(found.path)) ?? new Map<string, TreeEntry>())]
      return entries.map(([name, { kind }]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    with: (more) => viewOf(base, new Map([...texts, ...more]), origin ?? view),
  }
  return view
}

/** The tree with the files and directories that pending texts make. */
function withPending(tree: Tree, texts: ReadonlyMap<string, string>): Tree {
  if (texts.size === 0) return tree
  const made = new Map<string, Map<string, TreeEntry>>()
  for (const path of texts.keys()) {
    const parts = path.split('/')
    parts.forEach((name, index) => {
      const directory = parts.slice(0, index).join('/') || '.'
      const entries = made.get(directory) ?? new Map<string, TreeEntry>()
      made.set(directory, entries.set(name, { kind: index === parts.length - 1 ? 'file' : 'directory' }))
    })
  }
  const entries = async (directory: string) => {
    const [standing, more] = [await tree.entries(directory), made.get(directory)]
    return more === undefined ? standing : new Map([...more, ...(standing ?? [])])
  }
  return { ...tree, entries }
}

/** A view with another one under one of its directories; the two stay apart, links included. */
export function mountView(
  base: RepositoryView,
  at: string,
  inner: RepositoryView,
  origin?: RepositoryView,
): RepositoryView {
  const below = (path: string): string | undefined => {
    const normal = contain(path)
    return normal === at ? '.' : normal.startsWith(`${at}/`) ? normal.slice(at.length + 1) : undefined
  }
  const pick = (path: string): readonly [RepositoryView, string] => {
    const inside = below(path)
    return inside === undefined ? [base, path] : [inner, inside]
  }
  const mounted: RepositoryView = {
    get origin() {
      return origin ?? mounted
    },
    kind: (path) => {
      const [view, inside] = pick(path)
      return view.kind(inside)
    },
    read: async (path) => {
      const [view, inside] = pick(path)
      const found = await view.read(inside)
      return found === undefined || view === base ? found : { ...found, path: posix.join(at, found.path) }
    },
    bytes: (path) => {
      const [view, inside] = pick(path)
      return view.bytes(inside)
    },
    list: (path) => {
      const [view, inside] = pick(path)
      return view.list(inside)
    },
    with: (texts) => {
      const own = [...texts].filter(([path]) => below(path) === undefined)
      const other = [...texts].flatMap(([path, text]) => {
        const inside = below(path)
        return inside === undefined ? [] : [[inside, text] as const]
      })
      return mountView(base.with(new Map(own)), at, inner.with(new Map(other)), origin ?? mounted)
    },
  }
  return mounted
}

interface Step {
  readonly path: string
  readonly links: number
}

interface Found {
  readonly kind: 'file' | 'directory'
  readonly path: string
}

async function walk(tree: Tree, step: Step): Promise<Found | undefined> {
  const path = contain(step.path)
  let at = '.'
  const parts = path === '.' ? [] : path.split('/')
  for (const [index, part] of parts.entries()) {
    const entry = (await tree.entries(at))?.get(part)
    const here = posix.join(at, part)
    const last = index === parts.length - 1
    if (entry === undefined) return undefined
    if (entry.kind === 'link') {
      return walk(tree, followLink(step, { here, target: entry.target, rest: parts.slice(index + 1) }))
    }
    if (last) return { kind: entry.kind, path: here }
    if (entry.kind === 'file') return undefined
    at = here
  }
  return { kind: 'directory', path: '.' }
}

interface Link {
  readonly here: string
  readonly target: string
  readonly rest: readonly string[]
}

function followLink({ path, links }: Step, { here, target, rest }: Link): Step {
  if (links >= mostLinks) throw outside(path, `follows more than ${mostLinks} links`)
  if (posix.isAbsolute(target)) throw outside(path, `is a link to ${target}, outside the repository`)
  return { path: posix.join(posix.dirname(here), target, ...rest), links: links + 1 }
}

/** Normalises a path inside the repository, or stops when it leads outside. */
function contain(path: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '')
  if (posix.isAbsolute(normal)) throw outside(path, 'is absolute')
  if (normal === '..' || normal.startsWith('../')) throw outside(path, 'leads outside the repository')
  return normal === '' ? '.' : normal
}

const outside = (path: string, why: string) =>
  stop('path.outside', `the path ${why}`, {
    place: { file: path },
    hint: 'Name a path inside the repository.',
  })

function decode(file: string, content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (cause) {
    throw stop('yaml.refused', 'the file is not UTF-8 text', { place: { file }, cause })
  }
}
