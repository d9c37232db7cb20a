import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { DayStore } from '../model/day-store.ts'

const ending = '.gz'

/** Stores compressed texts in a directory. A write is atomic. */
export function directoryStore(directory: string): DayStore {
  const fileOf = (name: string): string => join(directory, `${name}${ending}`)
  return {
    read: async (name) => {
      const bytes = await readFile(fileOf(name)).catch(() => undefined)
      if (bytes === undefined) return undefined
      // A file that cannot be unpacked is damaged; readers reject an empty text in the same way.
      return promisify(gunzip)(bytes).then(
        (text) => text.toString(),
        () => '',
      )
    },
    write: async (name, text) => {
      const file = fileOf(name)
      await mkdir(dirname(file), { recursive: true })
      const temporary = `${file}.${randomUUID()}`
      await writeFile(temporary, await promisify(gzip)(text))
      await rename(temporary, file)
    },
    names: async (prefix) => {
      const files = await readdir(join(directory, prefix), { recursive: true }).catch(() => [])
      return files
        .filter((file) => file.endsWith(ending))
        .map((file) => `${prefix}${file.slice(0, -ending.length).replaceAll(sep, '/')}`)
    },
    forget: (name) => rm(fileOf(name), { force: true }),
  }
}
