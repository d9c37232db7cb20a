import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { filesBelow } from '../../release/files.ts'
import type { TarEntry } from '../tar.ts'
import { baseEntries } from './base.ts'
import type { ImageCopy, ImageRecipe } from './dockerfile.ts'

/** What an image is made from. */
export interface ImageParts {
  readonly recipe: ImageRecipe
  /** The unpacked npm package, which is the context of the build. */
  readonly context: string
  /** Directories of which one has each program that the recipe copies from other images. */
  readonly programs: readonly string[]
  /** A Node of the version of the base. */
  readonly node: string
}

/** Everything in an image for the platform of this machine. Throws for a file that the parts do not have. */
export const rootFileSystem = (parts: ImageParts): readonly TarEntry[] =>
  inOrder([...baseEntries(parts.node), ...programEntries(parts), ...ownEntries(parts)])

/**
 * What an image has of the project itself: the files of the unpacked npm package that the recipe copies, its links and its
 * directories. The same for every platform. Throws for a file that the package does not have.
 */
export const ownFiles = (parts: Pick<ImageParts, 'recipe' | 'context'>): readonly TarEntry[] =>
  inOrder(ownEntries(parts))

function ownEntries({ recipe, context }: Pick<ImageParts, 'recipe' | 'context'>): readonly TarEntry[] {
  const { copies, links, directories } = recipe
  const own = copies.filter(({ from }) => from === undefined)
  return [
    ...own.flatMap((copy) => copied(copy, (source) => join(context, source))),
    ...links.map(({ target, path }): TarEntry => ({ kind: 'link', path, mode: 0o777, target })),
    ...directories.map((one): TarEntry => ({ kind: 'directory', mode: 0o755, ...one })),
  ]
}

function programEntries({ recipe, programs }: Pick<ImageParts, 'recipe' | 'programs'>): readonly TarEntry[] {
  const foreign = recipe.copies.filter(({ from }) => from !== undefined)
  const places = (source: string): readonly string[] => programs.map((one) => join(one, basename(source)))
  return foreign.flatMap((copy) =>
    copied(copy, (source) => places(source).find(existsSync) ?? places(source)[0] ?? source),
  )
}

/** Where `COPY` puts a source. */
export const targetOf = (source: string, to: string): string =>
  to.endsWith('/') ? join(to, basename(source)) : to

function copied({ sources, to }: ImageCopy, originOf: (source: string) => string): readonly TarEntry[] {
  return sources.flatMap((source) => {
    const [origin, target] = [originOf(source), targetOf(source, to)]
    if (!existsSync(origin))
      throw new Error(`the image needs ${source}, which ${dirname(origin)} does not have`)
    return statSync(origin).isDirectory()
      ? filesBelow(origin).map((name) => fileEntry(join(origin, name), join(target, name)))
      : [fileEntry(origin, target)]
  })
}

/** A file with the modes that Git keeps, as in the other archives of a release. */
function fileEntry(file: string, path: string): TarEntry {
  const mode = (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755
  return { kind: 'file', path, mode, content: readFileSync(file) }
}

/** Entries with the directories above them, in the order of their paths. Of two with one path, the last is taken. */
function inOrder(entries: readonly TarEntry[]): readonly TarEntry[] {
  const byPath = new Map<string, TarEntry>()
  for (const entry of entries) {
    const path = entry.path.replace(/^\//, '')
    for (let above = dirname(path); above !== '.'; above = dirname(above))
      if (!byPath.has(above)) byPath.set(above, { kind: 'directory', path: above, mode: 0o755 })
    byPath.set(path, { ...entry, path })
  }
  return [...byPath.keys()].sort().flatMap((path) => byPath.get(path) ?? [])
}
