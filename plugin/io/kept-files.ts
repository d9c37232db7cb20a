import { createHash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json } from '../model/json.ts'
import type { KeptResults } from '../model/kept-results.ts'
import { exactJson, parsedJson } from './exact-json.ts'
import { replaceFile } from './replace-file.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** How much room the results get. */
interface Bounds {
  readonly mostBytes: number
}

/**
 * Keeps each result in a file of its own, named by its key. A file that is damaged counts as missing. When this process has
 * nothing more to do and the files need more than `mostBytes`, those used longest ago are deleted. A directory that cannot
 * be read or written keeps nothing.
 */
export function keptFiles(directory: string, { mostBytes }: Bounds): KeptResults {
  let written = false
  const fileOf = (key: string): string => {
    const id = digest(key)
    return join(directory, id.slice(0, 2), id.slice(2))
  }
  return {
    read: (key) => readResult(fileOf(key), key),
    keep: (key, result) => {
      const json = exactJson(result, mostBytes / 16)
      if (json === undefined) return
      if (!written) process.once('beforeExit', () => prune(directory, { mostBytes }))
      written = true
      write(fileOf(key), `${digest(key + json)}\n${json}`)
    },
  }
}

function readResult(file: string, key: string): Json | undefined {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch {
    return undefined
  }
  try {
    const text = readFileSync(handle, 'latin1')
    const json = text.slice(65)
    if (text.slice(0, 64) !== digest(key + json)) return undefined
    markUsed(handle)
    return parsedJson(json)
  } catch {
    return undefined
  } finally {
    closeSync(handle)
  }
}

const dayMs = 86_400_000

/** The time of a file says when it was used, by the day. */
function markUsed(handle: number): void {
  const now = new Date()
  if (now.getTime() - fstatSync(handle).mtimeMs <= dayMs) return
  try {
    futimesSync(handle, now, now)
  } catch {
    // A cache that is mounted read-only is used as it is.
  }
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    replaceFile(file, text)
  } catch {
    // Without a place to write, the next run renders again.
  }
}

function prune(directory: string, { mostBytes }: Bounds): void {
  try {
    const files = readdirSync(directory).flatMap((name) => filesIn(join(directory, name)))
    let total = files.reduce((sum, { size }) => sum + size, 0)
    if (total <= mostBytes) return
    for (const { file, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      // Some room is made at once, so that not every run has to.
      if (total <= mostBytes * 0.8) return
      rmSync(file, { force: true })
      total -= size
    }
  } catch {
    // Another process prunes at the same time.
  }
}

/** The files of a directory; none where it is something else, or is no longer there. */
function filesIn(directory: string) {
  try {
    return readdirSync(directory).flatMap((name) => {
      const file = join(directory, name)
      const { size, mtimeMs } = statSync(file)
      return [{ file, size, mtimeMs }]
    })
  } catch {
    return []
  }
}
