import { inParallel } from '../../model/parallel.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { FindWorkload } from '../owners.ts'
import { addSeries, type UsageAccumulator } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import { type LocateSeries, seriesLocator } from './locate-series.ts'
import { longestQuery } from './one-query.ts'
import { type ClusterReading, queryPortion, textFor } from './query-portion.ts'
import { addRestarts, readEvents, readFacts, readRestarts } from './read-events.ts'
import type { Series } from './response-reader.ts'
import { addReplicas, emptyRunningPods } from './running-pods.ts'

interface UsageRequest {
  /** It has the slots of the portion. */
  readonly accumulator: UsageAccumulator
  readonly find: FindWorkload
  /** Whether all usage is asked for in one query. It rejects then where the response is too large, and is not split. */
  readonly isAtOnce?: boolean
}

/** Reads usage, throttling and OOM kills of a portion into an accumulator. */
export async function readUsage(
  reading: ClusterReading,
  portion: Portion,
  { accumulator, find, isAtOnce = false }: UsageRequest,
): Promise<void> {
  const locate = seriesLocator(accumulator, find, reading)
  const usage = usageAdder(reading, portion, { accumulator, locate })
  if (isAtOnce) await readAtOnce(reading, portion, { usage, locate })
  else {
    const tasks = [usage.read('cpu'), usage.read('memory'), () => readEvents(reading, portion, locate)]
    await inParallel(tasks, (task) => task())
  }
  usage.finish()
}

/** Reads facts first, so that usage and the restarts of killed pods are one query. */
async function readAtOnce(
  reading: ClusterReading,
  portion: Portion,
  { usage, locate }: { readonly usage: UsageAdder; readonly locate: LocateSeries },
): Promise<void> {
  const restarted = await readFacts(reading, portion, locate)
  const all = { ...portion, name: 'usage', restarted } as const
  const { shard, chunk } = portion
  if (textFor(reading, all, { shard, seconds: chunk.seconds }).length > longestQuery) {
    const restarts = () => readRestarts(reading, { ...portion, restarted }, locate)
    return void (await inParallel([usage.read('cpu'), usage.read('memory'), restarts], (task) => task()))
  }
  return queryPortion(reading, all, (series) => {
    const what = series.labels['what']
    if (what === 'restarts') addRestarts(reading, series, locate)
    else usage.add(what === 'memory' ? 'memory' : 'cpu', series)
  })
}

interface UsageAdder {
  /** Reads one resource in a query of its own. */
  readonly read: (resource: 'cpu' | 'memory') => () => Promise<void>
  readonly add: (resource: 'cpu' | 'memory', series: Series) => void
  /** Adds the pods that ran, once all series are added. */
  readonly finish: () => void
}

function usageAdder(
  reading: ClusterReading,
  portion: Portion,
  { accumulator, locate }: { readonly accumulator: UsageAccumulator; readonly locate: LocateSeries },
): UsageAdder {
  const runningPods = emptyRunningPods(portion.chunk, accumulator.slots.step)
  const add: UsageAdder['add'] = (resource, series) => {
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
  }
  return {
    add,
    read: (name) => () => queryPortion(reading, { ...portion, name }, (series) => add(name, series)),
    finish: () => addReplicas(accumulator, runningPods),
  }
}

function countImpossible({ impossible }: ClusterReading, container: string, count: number): void {
  impossible.set(container, (impossible.get(container) ?? 0) + count)
}
