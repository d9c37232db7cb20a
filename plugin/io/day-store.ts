import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { DayStore } from '../observe/day-cache.ts'

const ending = '.gz'

/** Keeps compressed texts below a directory, each written whole or not at all. */
export function directoryStore(directory: string): DayStore {
  const fileOf = (name: string): string => join(directory, `${name}${ending}`)
  return {
    read: async (name) => {
      const bytes = await readFile(fileOf(name)).catch(() => undefined)
      if (bytes === undefined) return undefined
      // What cannot be unpacked is damaged; an empty text is no day either.
      return promisify(gunzip)(bytes).then(
        (text) => text.toString(),
        () => '',
      )
    },
    write: async (name, text) => {
      const file = fileOf(name)
      await mkdir(dirname(file), { recursive: true })
      const fresh = `${file}.${process.pid}`
      await writeFile(fresh, await promisify(gzip)(text))
      await rename(fresh, file)
    },
    keep: async (prefix, names) => {
      const wanted = new Set(names.map(fileOf))
      const root = join(directory, prefix)
      const files = await readdir(root, { recursive: true }).catch(() => [])
      const old = files
        .map((file) => join(root, file))
        .filter((file) => file.endsWith(ending) && !wanted.has(file))
      await Promise.all(old.map((file) => rm(file, { force: true })))
    },
  }
}
