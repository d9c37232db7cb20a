import { type ExpectedStop, stop } from '../model/problem.ts'

/** An entry of a directory in a tree of files. */
export type TreeEntry =
  | { readonly kind: 'file' | 'directory' }
  | { readonly kind: 'link'; readonly target: string }

/** A tree of files: a work tree on disk, or the tree of a commit. Paths are real paths, without links. */
export interface Tree {
  /** Entries of a directory by name; `undefined` when the path is not a directory. */
  readonly entries: (directory: string) => Promise<ReadonlyMap<string, TreeEntry> | undefined>
  readonly bytes: (path: string) => Promise<Uint8Array>
}

/** How large a file may be that is read. */
export const mostBytes = 64 * 1024 ** 2

/** The error for a file that is larger than is read. */
export const tooLarge = (file: string): ExpectedStop =>
  stop('yaml.refused', `the file is larger than ${mostBytes / 1024 ** 2} MiB`, { place: { file } })

/** Larger than any repository of manifests; a commit of some kilobytes can hold the same directory any number of times. */
const mostEntries = 200_000

/**
 * Returns a function that lists each directory once. It rejects with `files.unusable` when all listings together have too many
 * entries.
 */
export function listedOnce<T extends { readonly size: number }>(
  read: (directory: string) => Promise<T | undefined>,
): (directory: string) => Promise<T | undefined> {
  const listings = new Map<string, Promise<T | undefined>>()
  let count = 0
  const counted = async (directory: string): Promise<T | undefined> => {
    const listing = await read(directory)
    count += 1 + (listing?.size ?? 0)
    if (count <= mostEntries) return listing
    throw stop('files.unusable', `the repository has more than ${mostEntries} files and directories`, {
      place: { file: directory },
      hint: 'Keep the manifests in a repository of their own.',
    })
  }
  return (directory) => {
    const known = listings.get(directory) ?? counted(directory)
    listings.set(directory, known)
    return known
  }
}
