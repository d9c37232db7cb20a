import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { inParallel } from '../model/parallel.ts'
import type { RepositoryView } from '../model/source.ts'
import { atMost } from './at-most.ts'
import { listedOnce, mostBytes, type TreeEntry, tooLarge } from './tree.ts'
import { viewOf } from './view.ts'

/** A view of the files in a directory on disk, without `.git`. Listings are read once and cached. */
export function openWorkTree(root: string): RepositoryView {
  const gate = atMost(mostOpen)
  const entries = listedOnce((directory) => gate(() => readEntries(join(root, directory))))
  return viewOf({ entries, bytes: (path) => gate(() => readBounded(root, path)) })
}

/** How many files and directories are read at the same time: every process may open a limited number. */
const mostOpen = 32

async function readBounded(root: string, file: string): Promise<Uint8Array> {
  const path = join(root, file)
  // A sparse file takes no room on the disk, but all of it in memory.
  if ((await lstat(path)).size <= mostBytes) return readFile(path)
  throw tooLarge(file)
}

async function readEntries(directory: string): Promise<ReadonlyMap<string, TreeEntry> | undefined> {
  try {
    if (!(await lstat(directory)).isDirectory()) return undefined
    const names = await readdir(directory, { withFileTypes: true })
    const found = new Map<string, TreeEntry>()
    const shown = names.filter(({ name }) => name !== '.git')
    for (const entry of shown) {
      if (entry.isDirectory()) found.set(entry.name, { kind: 'directory' })
      else if (entry.isFile()) found.set(entry.name, { kind: 'file' })
    }
    const links = shown.filter((entry) => entry.isSymbolicLink())
    await inParallel(links, async ({ name }) => {
      found.set(name, { kind: 'link', target: await readlink(join(directory, name)) })
    })
    return found
  } catch {
    return undefined
  }
}
