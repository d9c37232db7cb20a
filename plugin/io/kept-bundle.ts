import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { replaceFile } from './replace-file.ts'

/** The name of a kept result: a digest. No other path is written. */
const resultName = /^[0-9a-f]{2}\/[0-9a-f]{62}$/

/** How large a bundle may be, unpacked. */
interface BundleBounds {
  readonly mostBytes: number
}

/** The names of the results that were used since a time, the latest first, as far as they fit. */
export function resultsSince(
  directory: string,
  since: number,
  { mostBytes }: BundleBounds,
): readonly string[] {
  let bytes = 0
  return filesIn(directory)
    .filter(({ mtimeMs }) => mtimeMs >= since)
    .sort((one, other) => other.mtimeMs - one.mtimeMs)
    .flatMap(({ name, size }) => {
      bytes += size
      return bytes > mostBytes ? [] : [name]
    })
    .sort()
}

/** Packs results into one compressed text: a line with a name, then its text, for each. */
export const packResults = (directory: string, names: readonly string[]): Promise<Uint8Array> =>
  promisify(gzip)(
    names
      .map((name) => `${JSON.stringify({ name, text: readFileSync(join(directory, name), 'latin1') })}\n`)
      .join(''),
    { level: 1 },
  )

/**
 * Writes the results of a bundle that are missing here, and returns all its names. What is no bundle, or is larger, gives
 * `undefined`. A result that is damaged counts as missing when it is read.
 */
export async function unpackResults(
  directory: string,
  bundle: Uint8Array,
  { mostBytes }: BundleBounds,
): Promise<readonly string[] | undefined> {
  try {
    const text = (await promisify(gunzip)(bundle, { maxOutputLength: mostBytes * 2 })).toString('utf8')
    const results = text.split('\n').filter(Boolean).map(asResult)
    for (const { name, text } of results) writeMissing(join(directory, name), text)
    return results.map(({ name }) => name).sort()
  } catch {
    return undefined
  }
}

function asResult(line: string): { readonly name: string; readonly text: string } {
  const { name, text } = JSON.parse(line) as { readonly name?: unknown; readonly text?: unknown }
  if (typeof name !== 'string' || typeof text !== 'string' || !resultName.test(name))
    throw new Error('this is no bundle of results')
  return { name, text }
}

function writeMissing(file: string, text: string): void {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  replaceFile(file, text)
}

function filesIn(directory: string) {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' }).flatMap((found) => {
      const name = found.replaceAll('\\', '/')
      if (!resultName.test(name)) return []
      const { size, mtimeMs } = statSync(join(directory, name))
      return [{ name, size, mtimeMs }]
    })
  } catch {
    // Another process prunes at the same time, or nothing was kept yet.
    return []
  }
}
