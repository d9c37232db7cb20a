import type { DayStore } from '../../model/day-store.ts'
import { type DayCache, dayCache } from './day-cache.ts'
import type { Dialect } from './dialect.ts'
import { chunksOf, queryVersion, type Slots, slotsOf, type Timing } from './queries.ts'
import { cachedDay } from './read-window.ts'
import type { Part } from './shards.ts'

/** The time whose usage is read. */
interface Window {
  readonly from: Date
  readonly to: Date
}

/** What identifies the cached days of a reading. */
interface CacheOptions {
  readonly cluster: string
  readonly labels?: Readonly<Record<string, string>>
  readonly namespaces?: readonly string[]
  readonly part?: Part
}

const from = ({ from, to }: Window, ms: number): Window => ({
  from: new Date(Math.floor(from.getTime() / ms) * ms),
  to,
})
/** The window from the full hour before it, so that a run soon after finds the rest of its first day in the cache. */
export const fullHours = (window: Window): Window => from(window, 3_600_000)
/** The window from the midnight (UTC) before it. */
const wholeDays = (window: Window): Window => from(window, 86_400_000)

interface WindowRequest {
  readonly dialect: Dialect
  readonly timing: Timing
  readonly exact: Window
}

/** The cache, and the window: from midnight where the cache has its first day whole, which costs no query. */
export async function openWindow(
  options: CacheOptions,
  store: DayStore | undefined,
  { dialect, timing, exact }: WindowRequest,
): Promise<{ readonly cache: DayCache | undefined; readonly window: Window }> {
  const whole = wholeDays(exact)
  const slots = slotsOf(whole, timing.step)
  const cache = await openCache(options, store, { dialect, slots })
  const [oldest] = chunksOf(slots)
  const isCached = oldest !== undefined && (await cache?.has(cachedDay(oldest))) === true
  return { cache, window: isCached ? whole : exact }
}

async function openCache(
  { cluster, labels = {}, namespaces = [], part }: CacheOptions,
  store: DayStore | undefined,
  { dialect, slots }: { readonly dialect: Dialect; readonly slots: Slots },
): Promise<DayCache | undefined> {
  if (store === undefined) return undefined
  const { name, usage, state, level, cpu, memory } = dialect
  const writer = part === undefined ? 'whole' : `${part.index}-of-${part.of}`
  const query = { queryVersion, labels, namespaces, part, step: slots.step }
  return dayCache(store, { cluster, writer, ...query, name, usage, state, level, cpu, memory })
}
