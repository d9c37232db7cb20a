import { posix } from 'node:path'
import type { RepositoryView } from '../model/source.ts'
import { containedPath } from './resolve-path.ts'

/** A view with another view mounted at one of its directories. Paths and links of one never lead to the other. */
export function mountView(base: RepositoryView, at: string, inner: RepositoryView): RepositoryView {
  return mountedAt(at, { base, inner })
}

interface Mounting {
  readonly base: RepositoryView
  readonly inner: RepositoryView
  /** The mounted view before any pending edits. */
  readonly origin?: RepositoryView
}

function mountedAt(at: string, { base, inner, origin }: Mounting): RepositoryView {
  const below = (path: string): string | undefined => {
    const normal = containedPath(path)
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
      return mountedAt(at, {
        base: base.with(new Map(own)),
        inner: inner.with(new Map(other)),
        origin: origin ?? mounted,
      })
    },
  }
  return mounted
}
