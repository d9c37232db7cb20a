import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { RepositoryView } from '../model/source.ts'
import { listedOnce, mostBytes, type TreeEntry, tooLarge } from './tree.ts'
import { viewOf } from './view.ts'

/**
 * A view of the files in a directory on disk, without `.git`. Listings are read once and cached. Files are read in this
 * thread: a call of the file system takes a tenth of the time that handing it to another thread takes.
 */
export function openWorkTree(root: string): RepositoryView {
  const breathe = breather()
  const entries = listedOnce(async (directory) => {
    await breathe()
    return readEntries(join(root, directory))
  })
  const bytes = async (path: string) => {
    await breathe()
    return readBounded(root, path)
  }
  return viewOf({ entries, bytes })
}

/** In milliseconds; signals, timers and the output of programs wait this long at most for files that are read. */
const longestBreath = 10

/** Lets everything else of the process go on from time to time. */
function breather(): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < longestBreath) return undefined
    return setImmediate().then(() => {
      last = performance.now()
    })
  }
}

function readBounded(root: string, file: string): Uint8Array {
  const path = join(root, file)
  // A sparse file takes no room on the disk, but all of it in memory.
  if (lstatSync(path).size <= mostBytes) return readFileSync(path)
  throw tooLarge(file)
}

function readEntries(directory: string): ReadonlyMap<string, TreeEntry> | undefined {
  try {
    if (!lstatSync(directory).isDirectory()) return undefined
    const found = new Map<string, TreeEntry>()
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const { name } = entry
      if (name === '.git') continue
      if (entry.isDirectory()) found.set(name, { kind: 'directory' })
      else if (entry.isFile()) found.set(name, { kind: 'file' })
      else if (entry.isSymbolicLink())
        found.set(name, { kind: 'link', target: readlinkSync(join(directory, name)) })
    }
    return found
  } catch {
    return undefined
  }
}
