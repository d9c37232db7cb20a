import { inParallel } from '../../model/parallel.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { FindWorkload } from '../owners.ts'
import { addSeries, type UsageAccumulator } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import { type LocateSeries, seriesLocator } from './locate-series.ts'
import { type ClusterReading, queryPortion } from './query-portion.ts'
import { addRestarts, readEvents, readFacts } from './read-events.ts'
import type { Series } from './response-reader.ts'
import { addReplicas, emptyRunningPods } from './running-pods.ts'

interface UsageRequest {
  /** It has the slots of the portion. */
  readonly accumulator: UsageAccumulator
  readonly find: FindWorkload
}

/** Reads usage, throttling and OOM kills of a portion into an accumulator. */
export async function readUsage(
  reading: ClusterReading,
  portion: Portion,
  { accumulator, find }: UsageRequest,
): Promise<void> {
  const locate = seriesLocator(accumulator, find, reading)
  const usage = usageAdder(reading, portion, { accumulator, locate })
  const read = (name: 'cpu' | 'memory') => () =>
    queryPortion(reading, { ...portion, name }, (series) => usage.add(name, series))
  await inParallel([read('cpu'), read('memory'), () => readEvents(reading, portion, locate)], (task) =>
    task(),
  )
  usage.finish()
}

/** Reads the same as `readUsage` in two queries, also where containers were killed. */
export async function readUsageAtOnce(
  reading: ClusterReading,
  portion: Portion,
  { accumulator, find }: UsageRequest,
): Promise<void> {
  const locate = seriesLocator(accumulator, find, reading)
  const usage = usageAdder(reading, portion, { accumulator, locate })
  const restarted = await readFacts(reading, portion, locate)
  await queryPortion(reading, { ...portion, name: 'usage', restarted }, (series) => {
    const what = series.labels['what']
    if (what === 'restarts') addRestarts(reading, series, locate)
    else usage.add(what === 'memory' ? 'memory' : 'cpu', series)
  })
  usage.finish()
}

interface UsageAdder {
  readonly add: (resource: 'cpu' | 'memory', series: Series) => void
  /** Adds the pods that ran, once all series are added. */
  readonly finish: () => void
}

function usageAdder(
  reading: ClusterReading,
  { chunk }: Portion,
  { accumulator, locate }: { readonly accumulator: UsageAccumulator; readonly locate: LocateSeries },
): UsageAdder {
  const runningPods = emptyRunningPods(chunk, accumulator.slots.step)
  return {
    add: (resource, series) => {
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
    },
    finish: () => addReplicas(accumulator, runningPods),
  }
}

function countImpossible({ impossible }: ClusterReading, container: string, count: number): void {
  impossible.set(container, (impossible.get(container) ?? 0) + count)
}
