import { wholePod } from '../../model/observation.ts'
import { inParallel } from '../../model/parallel.ts'
import { dayOf } from '../../model/recorder.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { FindWorkload } from '../owners.ts'
import {
  addSeries,
  type ContainerAccumulator,
  containerEntry,
  type UsageAccumulator,
  type WorkloadAccumulator,
  workloadEntry,
} from './accumulate.ts'
import { bisectRange, type Portion, type RangeQuery } from './bisect-range.ts'
import type { Prometheus } from './client.ts'
import { type ContainerLabels, containerOf, type Dialect } from './dialect.ts'
import { queriesFor, type Timing } from './queries.ts'
import type { Series } from './response-reader.ts'
import { addReplicas, emptyRunningPods } from './running-pods.ts'
import type { Selection, Shard } from './selector.ts'

/** One reading of one cluster. */
export interface ClusterReading {
  readonly client: Prometheus
  readonly dialect: Dialect
  readonly selection: Selection
  readonly timing: Timing
  /** Names of the queries that returned at least one series. */
  readonly answered: Set<string>
  /** Shards that were halved, by query. */
  readonly halved: Map<string, RangeQuery['halved']>
  /** Skipped pods, by the reason: their owner is unknown, or of a kind that is not sized. */
  readonly unownedPods: Map<string, Set<string>>
  /** Samples that no container can have, by container. */
  readonly impossible: Map<string, number>
}

/** Reads usage, throttling and OOM kills of a portion into an accumulator with the same slots. */
export async function readUsage(
  reading: ClusterReading,
  portion: Portion,
  { accumulator, find }: { readonly accumulator: UsageAccumulator; readonly find: FindWorkload },
): Promise<void> {
  const locate = seriesLocator(accumulator, find, reading)
  const tasks = [
    usageTask(reading, portion, { accumulator, resource: 'cpu', locate }),
    usageTask(reading, portion, { accumulator, resource: 'memory', locate }),
    eventsTask(reading, portion, locate),
  ]
  await inParallel(tasks, (task) => task())
}

type QueryName = 'cpu' | 'memory' | 'oomRestarts' | 'owners' | 'facts'

/** One of the queries for a portion, for some of its pods or for all. */
interface PortionQuery extends Portion {
  readonly name: QueryName
  readonly pods?: readonly string[] | undefined
}

/** Runs one of the queries for a portion; see `bisectRange`. */
export function queryPortion(
  reading: ClusterReading,
  { chunk, shard, name, pods }: PortionQuery,
  onSeries: (series: Series) => void,
): Promise<void> {
  const halved: RangeQuery['halved'] = reading.halved.get(name) ?? new Map()
  reading.halved.set(name, halved)
  const at = name === 'owners' || name === 'facts' ? 'end' : 'slots'
  const query = (part: Shard, seconds: number): string => {
    const selection = { ...reading.selection, shard: part, ...(pods && { pods }) }
    const text = queriesFor(selection, reading.timing, reading.dialect)[name]
    return typeof text === 'string' ? text : text(seconds)
  }
  return bisectRange(reading.client, { chunk, shard, query, at, step: reading.timing.step, halved }, onSeries)
}

type Task = () => Promise<void>

interface Location {
  readonly accumulator: UsageAccumulator
  readonly workload: WorkloadAccumulator
  readonly container: string
}

/** Finds the workload and container of a series; `undefined` for pods without one, which are counted by reason. */
type LocateSeries = (series: Series, labels: ContainerLabels) => Location | undefined

function seriesLocator(
  accumulator: UsageAccumulator,
  find: FindWorkload,
  { unownedPods, dialect }: Pick<ClusterReading, 'unownedPods' | 'dialect'>,
): LocateSeries {
  const unnamed = dialect.level === 'pod' ? wholePod : undefined
  return (series, names) => {
    const { namespace, pod, container = unnamed } = containerOf(series, names)
    if (namespace === undefined || pod === undefined || container === undefined) return undefined
    const found = find(namespace, pod)
    if (found.kind === 'workload')
      return { accumulator, workload: workloadEntry(accumulator, found.workload), container }
    const owner = found.kind === 'other' ? found.owner : ''
    const what = owner === '' ? 'without a known owner' : `of a ${owner}, a kind that is not right-sized`
    unownedPods.set(what, (unownedPods.get(what) ?? new Set()).add(`${namespace}/${pod}`))
    return undefined
  }
}

interface UsageRequest {
  readonly accumulator: UsageAccumulator
  readonly resource: 'cpu' | 'memory'
  readonly locate: LocateSeries
}

function usageTask(
  reading: ClusterReading,
  portion: Portion,
  { accumulator, resource, locate }: UsageRequest,
): Task {
  return async () => {
    const runningPods = emptyRunningPods(portion.chunk, accumulator.slots.step)
    await queryPortion(reading, { ...portion, name: resource }, (series) => {
      reading.answered.add(resource)
      const location = locate(series, reading.dialect.usage)
      if (location === undefined) return
      const { workload, container } = location
      const ignored = addSeries(accumulator, series, {
        workload,
        container,
        resource,
        isWhole: true,
        ...(resource === 'memory' ? { runningPods } : {}),
      })
      if (ignored > 0) countImpossible(reading, `${workloadLabel(workload.workload)} ${container}`, ignored)
    })
    addReplicas(accumulator, runningPods)
  }
}

function countImpossible({ impossible }: ClusterReading, container: string, count: number): void {
  impossible.set(container, (impossible.get(container) ?? 0) + count)
}

/** A count that can be added up: 0 for values that are not finite numbers, or negative after a counter reset. */
const counted = (value: number | undefined): number =>
  value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0

/** More pods than these are not named in a query. */
const mostNamedPods = 50

/** Reads throttling and kills. Restarts are queried only where a container was killed: most days have none. */
function eventsTask(reading: ClusterReading, portion: Portion, locate: LocateSeries): Task {
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
