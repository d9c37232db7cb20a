import { inParallel } from '../../model/parallel.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { FindWorkload } from '../owners.ts'
import { addSeries, type UsageAccumulator } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import { type LocateSeries, seriesLocator } from './locate-series.ts'
import { type ClusterReading, queryPortion } from './query-portion.ts'
import { eventsTask } from './read-events.ts'
import { addReplicas, emptyRunningPods } from './running-pods.ts'

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

type Task = () => Promise<void>

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
