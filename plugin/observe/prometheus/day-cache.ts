import * as z from 'zod'
import type { DayStore } from '../../model/day-store.ts'
import type { Observation } from '../../model/observation.ts'
import { parseSnapshot, printSnapshot } from '../snapshot.ts'

/** Everything that determines the content of a stored day besides its date. A different key gives different names. */
export interface DayKey {
  readonly cluster: string
  /** The job that writes the days: `whole`, one part of a run such as `2-of-4`, or `samples`. */
  readonly writer: string
  readonly queryVersion: number
  readonly [detail: string]: unknown
}

const headSchema = z.object({ kind: z.literal('TortoiseDay'), version: z.literal(1), sha256: z.string() })

/** A cache of finished days of one cluster. Days are identified by `end`, the time of their last slot in seconds since 1970. */
export interface DayCache {
  /** `undefined` when the day is not stored; `damaged` when its content was changed. */
  read(end: number): Promise<readonly Observation[] | 'damaged' | undefined>
  write(end: number, observations: readonly Observation[]): Promise<void>
  /** Deletes all other days of the same writer, and days of other writers that are older than all of these. */
  keep(ends: readonly number[]): Promise<void>
}

/** Opens the cache of one cluster for a key. Stored days are named by cluster, writer, a digest of the key, and date. */
export async function dayCache(store: DayStore, key: DayKey): Promise<DayCache> {
  const cluster = `${key.cluster.replace(/[^A-Za-z0-9._-]/g, '_')}/`
  const ownPrefix = `${cluster}${key.writer}/`
  const digest = (await sha256(JSON.stringify(key))).slice(0, 16)
  const prefix = `${ownPrefix}${digest}/`
  const nameOf = (end: number): string =>
    `${prefix}${new Date((end - 1) * 1000).toISOString().slice(0, 10)}.json`
  return {
    read: async (end) => {
      const text = await store.read(nameOf(end))
      return text === undefined ? undefined : parseDay(text)
    },
    write: async (end, observations) => {
      const recordedAt = new Date(end * 1000).toISOString()
      const body = printSnapshot({ kind: 'TortoiseSnapshot', version: 2, recordedAt, observations })
      const head = JSON.stringify({ kind: 'TortoiseDay', version: 1, sha256: await sha256(body) })
      await store.write(nameOf(end), `${head}\n${body}`)
    },
    keep: async (ends) => {
      const wanted = new Set(ends.map(nameOf))
      const oldest = [...wanted].map(dateOf).sort()[0] ?? ''
      // Jobs that share a directory must not delete each other's days; days of jobs that no longer run become old.
      const isObsolete = (name: string): boolean =>
        name.startsWith(ownPrefix) ? !wanted.has(name) : !isSamples(name) && dateOf(name) < oldest
      for (const name of (await store.names(cluster)).filter(isObsolete)) await store.forget(name)
    },
  }
}

const dateOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
/** Gathered samples cannot be read again, so only their own writer deletes them. */
const isSamples = (name: string): boolean => name.split('/')[1] === 'samples'

async function parseDay(text: string): Promise<readonly Observation[] | 'damaged'> {
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  try {
    const { sha256: expected } = headSchema.parse(JSON.parse(text.slice(0, end)))
    return expected === (await sha256(body)) ? parseSnapshot('cache', body).observations : 'damaged'
  } catch {
    return 'damaged'
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
