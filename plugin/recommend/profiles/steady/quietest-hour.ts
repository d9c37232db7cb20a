import type { DeclaredWorkload } from '../../../model/declared.ts'
import type { Observation } from '../../../model/observation.ts'
import { countValues, highestByHourOfWeek } from '../../../model/series.ts'
import type { FreePods } from '../../replay/pods.ts'

/**
 * Number of pods needed in the quietest hour of the week: the most pods of each hour over the weeks, and the least of
 * these. Slots at the HPA's minimum use the pods of the HPA simulated without it (`free`). `undefined` when unknown.
 */
export function podsInQuietestHour(
  { autoscaler }: DeclaredWorkload,
  { replicas }: Observation,
  free: FreePods | undefined,
): number | undefined {
  if (replicas === undefined) return undefined
  const minimum = autoscaler?.minReplicas ?? 1
  const { series } = replicas
  const needed =
    series === undefined
      ? replicas.mean <= minimum
        ? free?.counts
        : undefined
      : countValues(series).map((count, slot) =>
          count > minimum ? count : Math.min(count, free?.podsAt(series.first + slot * series.step) ?? count),
        )
  const frame = series ?? free
  if (needed === undefined || frame === undefined) return undefined
  const hours = highestByHourOfWeek(needed, frame).filter((count) => !Number.isNaN(count))
  return hours.length === 0
    ? undefined
    : hours.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY)
}
