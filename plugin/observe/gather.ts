import { inParallel } from '../model/parallel.ts'
import type { Progress } from '../model/progress.ts'
import { dayOf } from '../model/recorder.ts'
import type { Series } from './envelope.ts'
import type { FindWorkload } from './owners.ts'
import type { Prometheus } from './prometheus.ts'
import type { Chunk, Queries, Slots } from './queries.ts'
import {
  addReplicas,
  addSeries,
  type ContainerTally,
  containerTally,
  emptyPresence,
  type Tally,
  type WorkloadTally,
  workloadTally,
} from './tally.ts'

/** One reading of one cluster. */
export interface Run {
  readonly client: Prometheus
  readonly queries: Queries
  readonly slots: Slots
  readonly chunks: readonly Chunk[]
  /** Names of the queries that were answered with at least one series. */
  readonly answered: Set<string>
  readonly tell: (kind: 'note' | 'warning', message: string) => void
  readonly progress: Progress
}

/** Reads samples, OOM kills, throttling and crash loops of the whole window into the tally, four requests at a time. */
export async function gatherUsage(run: Run, tally: Tally, find: FindWorkload): Promise<void> {
  const strangers: Strangers = new Map()
  const placeOf = placing(tally, find, strangers)
  const tasks = [
    ...run.chunks.flatMap((chunk) => [
      usageTask(run, tally, { chunk, resource: 'cpu', placeOf }),
      usageTask(run, tally, { chunk, resource: 'memory', placeOf }),
      ...throttlingTasks(run, chunk, placeOf),
      restartTask(run, chunk, placeOf),
    ]),
    oomEndTask(run, placeOf),
    crashLoopTask(run, placeOf),
  ]
  let done = 0
  await inParallel(tasks, async (task) => {
    await task()
    done += 1
    run.progress({ kind: 'step', stage: 'observe', done, total: tasks.length })
  })
  for (const [what, pods] of strangers) run.tell('note', `left out ${pods.size} pods ${what}`)
}

type Task = () => Promise<void>
type Strangers = Map<string, Set<string>>

interface Place {
  readonly tally: Tally
  readonly workload: WorkloadTally
  readonly container: string
}

/** Answers where a series belongs; pods that belong nowhere are noted. */
type PlaceOf = (series: Series) => Place | undefined

function placing(tally: Tally, find: FindWorkload, strangers: Strangers): PlaceOf {
  return ({ labels: { namespace, pod, container } }) => {
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
  readonly chunk: Chunk
  readonly resource: 'cpu' | 'memory'
  readonly placeOf: PlaceOf
}

function usageTask({ client, queries, answered }: Run, tally: Tally, request: UsageRequest): Task {
  const { chunk, resource, placeOf } = request
  const { step } = tally.slots
  return async () => {
    const presence = emptyPresence(chunk, step)
    await client.range({ query: queries[resource], start: chunk.start, end: chunk.end, step }, (series) => {
      answered.add(resource)
      const place = placeOf(series)
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

const firstValue = ({ samples }: Series): number => {
  const value = Number(samples[0]?.[1])
  return value > 0 && value < Number.POSITIVE_INFINITY ? value : 0
}

function throttlingTasks(
  { client, queries, answered }: Run,
  chunk: Chunk,
  placeOf: PlaceOf,
): readonly Task[] {
  const task = (name: 'throttled' | 'periods') => async () => {
    for (const series of await client.instant(queries[name](chunk.seconds), chunk.end)) {
      answered.add(name)
      const container = containerAt(placeOf(series))
      if (container === undefined) continue
      const day = dayOf(chunk.end, 1)
      const known = container.throttling.get(day) ?? { periods: 0, throttled: 0 }
      container.throttling.set(day, { ...known, [name]: known[name] + firstValue(series) })
    }
  }
  return [task('throttled'), task('periods')]
}

const containerAt = (place: Place | undefined): ContainerTally | undefined =>
  place && containerTally(place.tally, place.workload, place.container)

function restartTask({ client, queries, slots }: Run, { start, end }: Chunk, placeOf: PlaceOf): Task {
  return () =>
    client.range({ query: queries.oomRestarts, start, end, step: slots.step }, (series) => {
      const container = containerAt(placeOf(series))
      if (container === undefined) return
      for (const [time, kills] of series.samples) {
        container.oomKills += Number(kills)
        if (Number(kills) > 0) container.oomTimes.push(time)
      }
    })
}

/** A pod that ended stays listed for days, so ends are told apart by pod, and those before the window are taken off. */
function oomEndTask({ client, queries, chunks, slots }: Run, placeOf: PlaceOf): Task {
  return async () => {
    const before = await client.instant(queries.oomEnds(slots.step), slots.first - slots.step)
    const counted = new Set(before.map(podKey))
    for (const { end, seconds } of chunks) {
      for (const series of await client.instant(queries.oomEnds(seconds), end)) {
        if (counted.has(podKey(series))) continue
        counted.add(podKey(series))
        const container = containerAt(placeOf(series))
        if (container !== undefined) container.oomKills += 1
      }
    }
  }
}

const podKey = ({ labels: { namespace, pod, container } }: Series): string =>
  `${namespace}/${pod}/${container}`

function crashLoopTask({ client, queries, slots }: Run, placeOf: PlaceOf): Task {
  return async () => {
    for (const series of await client.instant(queries.crashLoops, slots.last)) {
      const place = placeOf(series)
      if (place !== undefined)
        place.workload.unhealthy = `container ${place.container} is in CrashLoopBackOff`
    }
  }
}
