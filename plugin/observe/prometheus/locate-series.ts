import { wholePod } from '../../model/observation.ts'
import type { FindWorkload } from '../owners.ts'
import { type UsageAccumulator, type WorkloadAccumulator, workloadEntry } from './accumulate.ts'
import { type ContainerLabels, containerOf } from './dialect.ts'
import type { ClusterReading } from './query-portion.ts'
import type { Series } from './response-reader.ts'

/** The workload and container of a series. */
export interface Location {
  readonly accumulator: UsageAccumulator
  readonly workload: WorkloadAccumulator
  readonly container: string
}

/** Finds the workload and container of a series; `undefined` for pods without one, which are counted by reason. */
export type LocateSeries = (series: Series, labels: ContainerLabels) => Location | undefined

/** Returns what finds the places of series. */
export function seriesLocator(
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
