import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { filesBelow } from '../../release/files.ts'
import { type TarEntry, tarOfEntries } from '../tar.ts'
import type { ImageCopy, ImageRecipe } from './dockerfile.ts'

/** Files that go into an image. */
export interface LayerRequest {
  readonly recipe: ImageRecipe
  /** The directory that has the files. */
  readonly directory: string
  /** The time of all entries, in seconds since 1970. */
  readonly seconds: number
}

/**
 * What an image has of the project itself, as a tar archive: the files of the unpacked npm package that the recipe copies, its
 * links and its directories. The same for every platform. Throws for a file that the package does not have.
 */
export function filesLayer({ recipe, directory, seconds }: LayerRequest): Uint8Array {
  const { copies, links, directories } = recipe
  const own = copies.filter(({ from }) => from === undefined)
  return archived(
    [
      ...own.flatMap((copy) => copied(copy, (source) => join(directory, source))),
      ...links.map(({ target, path }): TarEntry => ({ kind: 'link', path, mode: 0o777, target })),
      ...directories.map((one): TarEntry => ({ kind: 'directory', mode: 0o755, ...one })),
    ],
    seconds,
  )
}

/**
 * The programs that the recipe copies from other images, as a tar archive, from a directory that has programs of these names.
 * Throws for one that it does not have.
 */
export function programsLayer({ recipe, directory, seconds }: LayerRequest): Uint8Array {
  const foreign = recipe.copies.filter(({ from }) => from !== undefined)
  const entries = foreign.flatMap((copy) => copied(copy, (source) => join(directory, basename(source))))
  return archived(entries, seconds)
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

/** Archives entries with the directories above them, in the order of their paths. */
function archived(entries: readonly TarEntry[], seconds: number): Uint8Array {
  const byPath = new Map<string, TarEntry>()
  for (const entry of entries) {
    const path = entry.path.replace(/^\//, '')
    for (let above = dirname(path); above !== '.'; above = dirname(above))
      if (!byPath.has(above)) byPath.set(above, { kind: 'directory', path: above, mode: 0o755 })
    byPath.set(path, { ...entry, path })
  }
  const sorted = [...byPath.keys()].sort()
  return tarOfEntries(
    sorted.flatMap((path) => byPath.get(path) ?? []),
    seconds,
  )
}
