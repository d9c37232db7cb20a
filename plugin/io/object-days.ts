import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { DayStore } from '../model/day-store.ts'
import type { ObjectStore } from './object-store.ts'

/** Bytes. A day is far smaller. */
const largestDay = 512 * 1024 ** 2

/** Stores compressed texts in a bucket. Rejects with `RequestFailure`. */
export const objectDays = (objects: ObjectStore): DayStore => ({
  read: async (name) => {
    const bytes = await objects.read(name)
    if (bytes === undefined) return undefined
    // What cannot be unpacked is damaged; readers reject an empty text in the same way.
    return promisify(gunzip)(bytes, { maxOutputLength: largestDay }).then(
      (text) => text.toString(),
      () => '',
    )
  },
  write: async (name, text) => objects.write(name, await promisify(gzip)(text)),
  names: objects.names,
  forget: objects.remove,
})

/** Reads a text from the first store that has it, and keeps it in those before; writes to all of them. */
export const layeredStore = (near: DayStore, far: DayStore): DayStore => ({
  read: async (name) => {
    const known = await near.read(name)
    if (known !== undefined && known !== '') return known
    const found = await far.read(name)
    if (found === undefined) return known
    await near.write(name, found)
    return found
  },
  write: async (name, text) => {
    await near.write(name, text)
    await far.write(name, text)
  },
  names: async (prefix) => [...new Set([...(await near.names(prefix)), ...(await far.names(prefix))])],
  forget: async (name) => {
    await near.forget(name)
    await far.forget(name)
  },
})
