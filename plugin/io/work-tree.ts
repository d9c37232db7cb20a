import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'
import type { TreeEntry } from './tree.ts'
import { viewOf } from './view.ts'

/**
 * A view of the files in a directory on disk, without `.git`. Listings are read once and cached. Files are read in this
 * thread: a call of the file system takes a tenth of the time that handing it to another thread takes.
 */
export function openWorkTree(root: string): RepositoryView {
  const listings = new Map<string, ReadonlyMap<string, TreeEntry> | undefined>()
  const breathe = breather()
  const entries = async (directory: string) => {
    if (listings.has(directory)) return listings.get(directory)
    await breathe()
    const found = readEntries(join(root, directory))
    listings.set(directory, found)
    return found
  }
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

/** How large a file may be that is read. */
const mostBytes = 64 * 1024 ** 2

function readBounded(root: string, file: string): Uint8Array {
  const path = join(root, file)
  // A sparse file takes no room on the disk, but all of it in memory.
  if (lstatSync(path).size <= mostBytes) return readFileSync(path)
  throw stop('yaml.refused', `the file is larger than ${mostBytes / 1024 ** 2} MiB`, { place: { file } })
}

function readEntries(directory: string): ReadonlyMap<string, TreeEntry> | undefined {
  try {
    if (!lstatSync(directory).isDirectory()) return undefined
    const names = readdirSync(directory, { withFileTypes: true }).filter(({ name }) => name !== '.git')
    return new Map(
      names.flatMap((entry): readonly (readonly [string, TreeEntry])[] => {
        if (entry.isSymbolicLink()) {
          return [[entry.name, { kind: 'link', target: readlinkSync(join(directory, entry.name)) }]]
        }
        if (entry.isDirectory()) return [[entry.name, { kind: 'directory' }]]
        return entry.isFile() ? [[entry.name, { kind: 'file' }]] : []
      }),
    )
  } catch {
    return undefined
  }
}
