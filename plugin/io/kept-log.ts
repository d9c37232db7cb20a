import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { KeptResults } from '../model/kept-results.ts'
import { exactJson, parsedJson } from './exact-json.ts'
import { replaceFile } from './replace-file.ts'

/** A result on disk: the digest of its key, a check of both, and its JSON, in one line of ASCII. */
const line = /^([\w-]{43}) ([\w-]{8}) (.*)$/

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** The results of one file, while the process uses them. */
interface OpenLog {
  readonly onDisk: Map<string, string>
  /** Those that this process read or made. */
  readonly used: Map<string, string>
  /** Those that are not written yet. */
  readonly added: Map<string, string>
}

/**
 * Keeps many small results in one file. It is read when the first result is asked for, and written a second after a new
 * one, and when the process has nothing more to do. Lines that are damaged count as missing. A file that would be larger
 * than `mostBytes` is replaced by what this process used. A file that cannot be read or written keeps nothing.
 */
export function keptLog(file: string, { mostBytes }: { readonly mostBytes: number }): KeptResults {
  let opened: OpenLog | undefined
  const open = (): OpenLog => {
    opened ??= openLog(file)
    return opened
  }
  const flush = (): void => {
    if (opened !== undefined) writeAdded(file, opened, mostBytes)
  }
  return {
    read: (key) => {
      const { onDisk, used } = open()
      const id = digest(key)
      const whole = onDisk.get(id)
      const [, , check, json = ''] = line.exec(whole ?? '') ?? []
      if (whole === undefined || check !== checkOf(id, json)) return undefined
      used.set(id, whole)
      return parsedJson(json)
    },
    keep: (key, result) => {
      const json = exactJson(result, mostBytes / 16)
      if (json === undefined) return
      const { onDisk, used, added } = open()
      if (added.size === 0) laterAndAtTheEnd(flush)
      const id = digest(key)
      const whole = `${id} ${checkOf(id, json)} ${json}`
      for (const lines of [onDisk, used, added]) lines.set(id, whole)
    },
  }
}

const openLog = (file: string): OpenLog => ({
  onDisk: linesOf(textOf(file)),
  used: new Map(),
  added: new Map(),
})

/** A process that goes on writes a second later; another one writes before it ends. */
function laterAndAtTheEnd(flush: () => void): void {
  const once = (): void => {
    clearTimeout(timer)
    process.removeListener('beforeExit', once)
    flush()
  }
  const timer = setTimeout(once, 1_000)
  timer.unref()
  process.once('beforeExit', once)
}

function writeAdded(file: string, { used, added }: OpenLog, mostBytes: number): void {
  const more = textFor(added)
  added.clear()
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size + more.length <= mostBytes) appendFileSync(file, more, { mode: 0o600 })
    else replaceFile(file, textFor(used, mostBytes / 2))
  } catch {
    // Without a place to write, the next run reads the files again.
  }
}

const checkOf = (id: string, json: string): string => digest(`${id} ${json}`).slice(0, 8)

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function linesOf(text: string): Map<string, string> {
  const lines = new Map<string, string>()
  for (let start = 0; start < text.length; ) {
    const mark = text.indexOf('\n', start)
    // A line without an end was not written to its end.
    if (mark === -1) break
    if (text[start + 43] === ' ') lines.set(text.slice(start, start + 43), text.slice(start, mark))
    start = mark + 1
  }
  return lines
}

function textFor(lines: ReadonlyMap<string, string>, mostBytes = Number.POSITIVE_INFINITY): string {
  let text = ''
  for (const one of lines.values()) if (text.length + one.length < mostBytes) text += `${one}\n`
  return text
}
