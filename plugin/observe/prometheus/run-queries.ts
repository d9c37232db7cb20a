import { inParallel } from '../../model/parallel.ts'
import { dayOf } from '../../model/recorder.ts'
import type { FindWorkload } from '../owners.ts'
import {
  addReplicas,
  addSeries,
  type ContainerTally,
  containerTally,
  emptyPresence,
  type Tally,
  type WorkloadTally,
  workloadTally,
} from './accumulate.ts'
import { bisectRange, type Portion, type RangeQuery } from './bisect-range.ts'
import { type ContainerLabels, containerOf, type Dialect } from './dialect.ts'
import type { Prometheus } from './prometheus.ts'
import { queriesFor, type Timing } from './queries.ts'
import type { Series } from './response-reader.ts'
import type { Selection, Shard } from './selector.ts'

/** One reading of one cluster. */
export interface Run {
  readonly client: Prometheus
  readonly dialect: Dialect
  readonly selection: Selection
  readonly timing: Timing
  /** Names of the questions that were answered with at least one series. */
  readonly answered: Set<string>
  /** Shards that had to be halved, by question. */
  readonly halved: Map<string, RangeQuery['halved']>
  /** Pods that were left out, by the reason. */
  readonly strangers: Map<string, Set<string>>
}

/** Reads usage, throttling and OOM kills of a portion into a tally of the same slots. */
export async function gatherPortion(run: Run, portion: Portion, into: { tally: Tally; find: FindWorkload }) {
  const { tally, find } = into
  const placeOf = placing(tally, find, run.strangers)
  const tasks = [
    usageTask(run, portion, { tally, resource: 'cpu', placeOf }),
    usageTask(run, portion, { tally, resource: 'memory', placeOf }),
    factsTask(run, portion, placeOf),
    restartTask(run, portion, placeOf),
  ]
  await inParallel(tasks, (task) => task())
}

type QueryName = 'cpu' | 'memory' | 'oomRestarts' | 'owners' | 'facts'

/** Asks one of the questions about a portion. */
export function askPortion(
  run: Run,
  { chunk, shard, name }: Portion & { readonly name: QueryName },
  onSeries: (series: Series) => void,
): Promise<void> {
  const halved: RangeQuery['halved'] = run.halved.get(name) ?? new Map()
  run.halved.set(name, halved)
  const at = name === 'owners' || name === 'facts' ? 'end' : 'slots'
  const query = (part: Shard, seconds: number): string => {
    const text = queriesFor({ ...run.selection, shard: part }, run.timing, run.dialect)[name]
    return typeof text === 'string' ? text : text(seconds)
  }
  return bisectRange(run.client, { chunk, shard, query, at, step: run.timing.step, halved }, onSeries)
}

type Task = () => Promise<void>

interface Place {
  readonly tally: Tally
  readonly workload: WorkloadTally
  readonly container: string
}

/** Answers where a series belongs; pods that belong nowhere are noted. */
type PlaceOf = (series: Series, labels: ContainerLabels) => Place | undefined

function placing(tally: Tally, find: FindWorkload, strangers: Run['strangers']): PlaceOf {
  return (series, names) => {
    const { namespace, pod, container } = containerOf(series, names)
    if (namespace === undefined || pod === undefined || container === undefined) return undefined
    const found = find(namespace, pod)
    if (found.kind === 'workload') return { tally, workload: workloadTally(tally, found.workload), container }
    const owner = found.kind === 'other' ? found.owner : ''
    const what = owner === '' ? 'without a known owner' : `of a ${owner}, a kind that is not right-sized`
    strangers.set(what, (strangers.get(what) ?? new Set()).add(`${namespace}/${pod}`))
    return undefined
  }
}

interface UsageRequest {
  readonly tally: Tally
  readonly resource: 'cpu' | 'memory'
  readonly placeOf: PlaceOf
}

function usageTask(run: Run, portion: Portion, { tally, resource, placeOf }: UsageRequest): Task {
  return async () => {
    const presence = emptyPresence(portion.chunk, tally.slots.step)
    await askPortion(run, { ...portion, name: resource }, (series) => {
      run.answered.add(resource)
      const place = placeOf(series, run.dialect.usage)
      if (place === undefined) return
      addSeries(tally, series, {
        workload: place.workload,
        container: place.container,
        resource,
        ...(resource === 'memory' ? { presence } : {}),
      })
    })
    addReplicas(tally, presence)
  }
}

/** A count as it can be added up: nothing for what is no number, is endless, or fell with a counter that began anew. */
const counted = (value: number | undefined): number =>
  value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0

/** Throttling, and pods that ended by an OOM kill. */
function factsTask(run: Run, portion: Portion, placeOf: PlaceOf): Task {
  const { dialect, answered } = run
  return () =>
    askPortion(run, { ...portion, name: 'facts' }, (series) => {
      const what = series.labels['what'] ?? ''
      answered.add(what)
      const container = containerAt(placeOf(series, what === 'oom-end' ? dialect.state : dialect.usage))
      if (container === undefined) return
      if (what === 'oom-end') container.oomKills += 1
      if (what !== 'throttled' && what !== 'periods') return
      const day = dayOf(portion.chunk.end, 1)
      const known = container.throttling.get(day) ?? { periods: 0, throttled: 0 }
      container.throttling.set(day, { ...known, [what]: known[what] + counted(series.values[0]) })
    })
}

const containerAt = (place: Place | undefined): ContainerTally | undefined =>
  place && containerTally(place.tally, place.workload, place.container)

function restartTask(run: Run, portion: Portion, placeOf: PlaceOf): Task {
  return () =>
    askPortion(run, { ...portion, name: 'oomRestarts' }, (series) => {
      const container = containerAt(placeOf(series, run.dialect.state))
      if (container === undefined) return
      for (const [at, value] of series.values.entries()) {
        const kills = counted(value)
        if (kills === 0) continue
        container.oomKills += kills
        container.oomTimes.push(series.times[at] ?? 0)
      }
    })
}
