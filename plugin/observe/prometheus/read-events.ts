import { dayOf } from '../../model/recorder.ts'
import { type ContainerAccumulator, containerEntry } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import type { LocateSeries, Location } from './locate-series.ts'
import { type ClusterReading, type PortionQuery, queryPortion } from './query-portion.ts'

type Task = () => Promise<void>

/** A count that can be added up: 0 for values that are not finite numbers, or negative after a counter reset. */
const counted = (value: number | undefined): number =>
  value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0

/** More pods than these are not named in a query. */
const mostNamedPods = 50

/** Reads throttling and kills. Restarts are queried only where a container was killed: most days have none. */
export function eventsTask(reading: ClusterReading, portion: Portion, locate: LocateSeries): Task {
  return async () => {
    const killed = new Set<string>()
    await factsTask(reading, portion, { locate, killed })()
    if (killed.size === 0) return
    const pods = killed.size > mostNamedPods ? undefined : [...killed].sort()
    await restartTask(reading, { ...portion, pods }, locate)()
  }
}

interface Facts {
  readonly locate: LocateSeries
  /** Gets the names of the pods whose last termination was an OOM kill. */
  readonly killed: Set<string>
}

/** Reads throttling, pods that ended by an OOM kill, and those that may have restarted after one. */
function factsTask(reading: ClusterReading, portion: Portion, { locate, killed }: Facts): Task {
  const { dialect, answered } = reading
  return () =>
    queryPortion(reading, { ...portion, name: 'facts' }, (series) => {
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
}

const containerAt = (location: Location | undefined): ContainerAccumulator | undefined =>
  location && containerEntry(location.accumulator, location.workload, location.container)

/** Reads restarts after OOM kills. */
function restartTask(
  reading: ClusterReading,
  portion: Omit<PortionQuery, 'name'>,
  locate: LocateSeries,
): Task {
  return () =>
    queryPortion(reading, { ...portion, name: 'oomRestarts' }, (series) => {
      const container = containerAt(locate(series, reading.dialect.state))
      if (container === undefined) return
      for (const [at, value] of series.values.entries()) {
        const kills = counted(value)
        if (kills === 0) continue
        container.oomKills += kills
        container.oomTimes.push(series.times[at] ?? 0)
      }
    })
}
