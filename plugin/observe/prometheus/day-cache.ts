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

/** A day, or the end of one: the times in seconds since 1970 that its first slot begins at and its last slot ends at. */
export interface CachedDay {
  readonly from: number
  readonly end: number
}

/** A cache of finished days of one cluster. A day that is not read from its midnight on is another one than the whole day. */
export interface DayCache {
  readonly has: (day: CachedDay) => Promise<boolean>
  /** `undefined` when the day is not stored; `damaged` when its content was changed. */
  read(day: CachedDay): Promise<readonly Observation[] | 'damaged' | undefined>
  write(day: CachedDay, observations: readonly Observation[]): Promise<void>
  /** Deletes all other days of the same writer, and days of other writers that are older than all of these. */
  keep(days: readonly CachedDay[]): Promise<void>
}

/** Opens the cache of one cluster for a key. Stored days are named by cluster, writer, a digest of the key, and date. */
export async function dayCache(store: DayStore, key: DayKey): Promise<DayCache> {
  const cluster = clusterDirectory(key.cluster)
  const ownPrefix = `${cluster}${key.writer}/`
  const digest = (await sha256(JSON.stringify(key))).slice(0, 16)
  const prefix = `${ownPrefix}${digest}/`
  const nameOf = ({ from, end }: CachedDay): string => {
    const date = new Date((end - 1) * 1000).toISOString().slice(0, 10)
    const start = new Date(from * 1000).toISOString()
    const isWhole = start.slice(0, 10) < date || start.slice(11, 19) === '00:00:00'
    return `${prefix}${date}${isWhole ? '' : start.slice(10, 19).replaceAll(':', '-')}.json`
  }
  return {
    has: async (day) => (await store.names(prefix)).includes(nameOf(day)),
    read: async (day) => {
      const text = await store.read(nameOf(day))
      return text === undefined ? undefined : parseDay(text)
    },
    write: async (day, observations) => {
      const recordedAt = new Date(day.end * 1000).toISOString()
      const body = printSnapshot({ kind: 'TortoiseSnapshot', version: 2, recordedAt, observations })
      const head = JSON.stringify({ kind: 'TortoiseDay', version: 1, sha256: await sha256(body) })
      await store.write(nameOf(day), `${head}\n${body}`)
    },
    keep: async (days) => {
      const wanted = new Set(days.map(nameOf))
      const oldest = [...wanted].map(dateOf).sort()[0] ?? ''
      // Jobs that share a directory must not delete each other's days; days of jobs that no longer run become old.
      const isObsolete = (name: string): boolean =>
        name.startsWith(ownPrefix) ? !wanted.has(name) : !isSamples(name) && dateOf(name) < oldest
      for (const name of (await store.names(cluster)).filter(isObsolete)) await store.forget(name)
    },
  }
}

const dateOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1).slice(0, 10)
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

/** The directory of a cluster in a store. */
const clusterDirectory = (cluster: string): string => `${cluster.replace(/[^A-Za-z0-9._-]/g, '_')}/`

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
