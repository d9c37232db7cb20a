import * as z from 'zod'
import type { DayStore } from '../../model/day-store.ts'
import type { Observation } from '../../model/observation.ts'
import { parseSnapshot, printSnapshot } from '../snapshot.ts'

/** What decides the content of a day besides the day itself; any change of it makes other names. */
export interface DayKey {
  readonly cluster: string
  /** Whose days these are: those of the whole run, of one of several jobs, or gathered samples. */
  readonly lane: string
  readonly queryVersion: number
  readonly [detail: string]: unknown
}

const headSchema = z.object({ kind: z.literal('TortoiseDay'), version: z.literal(1), sha256: z.string() })

/** Finished days of one cluster, read one way. */
export interface DayCache {
  /** `undefined` when the day is not there; `damaged` when it is not what was written. */
  read(end: number): Promise<readonly Observation[] | 'damaged' | undefined>
  write(end: number, observations: readonly Observation[]): Promise<void>
  /** Forgets all days of the same lane but these, and those of other jobs once they are older than all of these. */
  keep(ends: readonly number[]): Promise<void>
}

/** Days are named by cluster, lane, a digest of the key, and date. `end` is the time of their last slot, in seconds. */
export async function dayCache(store: DayStore, key: DayKey): Promise<DayCache> {
  const cluster = `${key.cluster.replace(/[^A-Za-z0-9._-]/g, '_')}/`
  const lane = `${cluster}${key.lane}/`
  const digest = (await sha256(JSON.stringify(key))).slice(0, 16)
  const prefix = `${lane}${digest}/`
  const nameOf = (end: number): string =>
    `${prefix}${new Date((end - 1) * 1000).toISOString().slice(0, 10)}.json`
  return {
    read: async (end) => {
      const text = await store.read(nameOf(end))
      return text === undefined ? undefined : parseDay(text)
    },
    write: async (end, observations) => {
      const recordedAt = new Date(end * 1000).toISOString()
      const body = printSnapshot({ kind: 'TortoiseSnapshot', version: 1, recordedAt, observations })
      const head = JSON.stringify({ kind: 'TortoiseDay', version: 1, sha256: await sha256(body) })
      await store.write(nameOf(end), `${head}\n${body}`)
    },
    keep: async (ends) => {
      const wanted = new Set(ends.map(nameOf))
      const oldest = [...wanted].map(dateOf).sort()[0] ?? ''
      // Jobs that share a directory must not forget each other's days; those of jobs that are no more grow old.
      const isOver = (name: string): boolean =>
        name.startsWith(lane) ? !wanted.has(name) : !isGathered(name) && dateOf(name) < oldest
      for (const name of (await store.names(cluster)).filter(isOver)) await store.forget(name)
    },
  }
}

const dateOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
/** What was gathered cannot be read again: only its gatherer forgets it. */
const isGathered = (name: string): boolean => name.split('/')[1] === 'samples'

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
