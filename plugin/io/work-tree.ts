import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
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
  return viewOf({ entries, bytes: (path) => readFile(join(root, path)) })
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
