import { dayOf } from '../../model/recorder.ts'
import { type ContainerAccumulator, containerEntry } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import type { LocateSeries, Location } from './locate-series.ts'
import { type ClusterReading, queryPortion, type RestartedPods } from './query-portion.ts'
import type { Series } from './response-reader.ts'

/** A count that can be added up: 0 for values that are not finite numbers, or negative after a counter reset. */
const counted = (value: number | undefined): number =>
  value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0

/** More pods than these are not named in a query. */
const mostNamedPods = 50

/** Reads throttling and kills. Restarts are queried only where a container was killed: most days have none. */
export async function readEvents(
  reading: ClusterReading,
  portion: Portion,
  locate: LocateSeries,
): Promise<void> {
  const restarted = await readFacts(reading, portion, locate)
  await readRestarts(reading, { ...portion, restarted }, locate)
}

/** Reads the restarts of pods after OOM kills; nothing for `undefined`. */
export async function readRestarts(
  reading: ClusterReading,
  { restarted, ...portion }: Portion & { readonly restarted: RestartedPods | undefined },
  locate: LocateSeries,
): Promise<void> {
  if (restarted !== undefined)
    await queryPortion(reading, { ...portion, name: 'oomRestarts', restarted }, (series) =>
      addRestarts(reading, series, locate),
    )
}

/** Reads throttling and pods that ended by an OOM kill. Returns those that may have restarted after one; `undefined` for none. */
export async function readFacts(
  reading: ClusterReading,
  portion: Portion,
  locate: LocateSeries,
): Promise<RestartedPods | undefined> {
  const { dialect, answered } = reading
  const killed = new Set<string>()
  await queryPortion(reading, { ...portion, name: 'facts' }, (series) => {
    const what = series.labels['what'] ?? ''
    answered.add(what)
    if (what === 'oom-last') {
      killed.add(series.labels[dialect.state.pod] ?? '')
      return
    }
    const container = containerAt(locate(series, what === 'oom-end' ? dialect.state : dialect.usage))
    if (container === undefined) return
    if (what === 'oom-end') container.oomKills += 1
    if (what !== 'throttled' && what !== 'periods') return
    const day = dayOf(portion.chunk.end, 1)
    const known = container.throttling.get(day) ?? { periods: 0, throttled: 0 }
    container.throttling.set(day, { ...known, [what]: known[what] + counted(series.values[0]) })
  })
  if (killed.size === 0) return undefined
  return killed.size > mostNamedPods ? {} : { pods: [...killed].sort() }
}

const containerAt = (location: Location | undefined): ContainerAccumulator | undefined =>
  location && containerEntry(location.accumulator, location.workload, location.container)

/** Adds the restarts after OOM kills in a series. */
export function addRestarts({ dialect }: ClusterReading, series: Series, locate: LocateSeries): void {
  const container = containerAt(locate(series, dialect.state))
  if (container === undefined) return
  for (const [at, value] of series.values.entries()) {
    const kills = counted(value)
    if (kills === 0) continue
    container.oomKills += kills
    container.oomTimes.push(series.times[at] ?? 0)
  }
}
