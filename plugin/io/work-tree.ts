import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'
import type { TreeEntry } from './tree.ts'
import { viewOf } from './view.ts'

/** A view of the files in a directory on disk, without `.git`. Listings are read once and cached. */
export function openWorkTree(root: string): RepositoryView {
  const listings = new Map<string, Promise<ReadonlyMap<string, TreeEntry> | undefined>>()
  const entries = (directory: string) => {
    const known = listings.get(directory) ?? readEntries(join(root, directory))
    listings.set(directory, known)
    return known
  }
  return viewOf({ entries, bytes: (path) => readBounded(root, path) })
}

/** How large a file may be that is read. */
const mostBytes = 64 * 1024 ** 2

async function readBounded(root: string, file: string): Promise<Uint8Array> {
  const path = join(root, file)
  // A sparse file takes no room on the disk, but all of it in memory.
  if ((await lstat(path)).size <= mostBytes) return readFile(path)
  throw stop('yaml.refused', `the file is larger than ${mostBytes / 1024 ** 2} MiB`, { place: { file } })
}

async function readEntries(directory: string): Promise<ReadonlyMap<string, TreeEntry> | undefined> {
  try {
    if (!(await lstat(directory)).isDirectory()) return undefined
    const names = await readdir(directory, { withFileTypes: true })
    const found = await Promise.all(
      names
        .filter(({ name }) => name !== '.git')
        .map(async (entry): Promise<readonly (readonly [string, TreeEntry])[]> => {
          if (entry.isSymbolicLink()) {
            return [[entry.name, { kind: 'link', target: await readlink(join(directory, entry.name)) }]]
          }
          if (entry.isDirectory()) return [[entry.name, { kind: 'directory' }]]
          return entry.isFile() ? [[entry.name, { kind: 'file' }]] : []
        }),
    )
    return new Map(found.flat())
  } catch {
    return undefined
  }
}
