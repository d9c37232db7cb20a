import { type DailyUsage, packDays, unpackDays } from '../model/daily.ts'
import type { Observation, ResourceUsage } from '../model/observation.ts'
import { unpackBytes } from '../model/packing.ts'
import { packLevels, type Series } from '../model/series.ts'
import { cpuScale, type Sketch } from '../model/sketch.ts'

/**
 * The observation on the present scale of CPU. `former` is one from a snapshot of version 1 or from a cache of that time, whose CPU has
 * the buckets of the VPA's recommender. A sample of a bucket that is divided now is read at its upper end, so that no percentile
 * becomes lower than it was; a level of a series at the middle, as it was read then.
 */
export const onPresentScale = (former: Observation): Observation => ({
  ...former,
  containers: former.containers.map((one) =>
    one.cpu === undefined ? one : { ...one, cpu: usageOf(one.cpu) },
  ),
})

const divided = cpuScale.parts.length - 1

/** The present buckets of a former one: the first, and the one after the last. */
function presentOf(bucket: number): readonly [first: number, next: number] {
  const { parts } = cpuScale
  if (bucket < divided) return [parts[bucket] ?? 0, parts[bucket + 1] ?? 0]
  const present = Math.min(bucket - divided + (parts[divided] ?? 0), cpuScale.count - 1)
  return [present, present + 1]
}

const sketchOf = (sketch: Sketch): Sketch =>
  sketch.map(([bucket, weight]) => [presentOf(bucket)[1] - 1, weight] as const)

function usageOf(former: ResourceUsage): ResourceUsage {
  const { sketch, daily, highest, total } = former
  return {
    ...former,
    sketch: sketchOf(sketch),
    ...(daily && { daily: daysOf(daily) }),
    ...(highest && { highest: levelsOf(highest) }),
    ...(total && { total: levelsOf(total) }),
  }
}

const daysOf = (daily: DailyUsage): DailyUsage =>
  packDays(
    unpackDays(daily).map(({ quarters, ...day }) => ({
      ...day,
      sketch: sketchOf(day.sketch),
      ...(quarters && { quarters: quarters.map(sketchOf) }),
    })),
  )

const levels = Uint8Array.from({ length: 256 }, (_, level) => {
  const [first, next] = presentOf(level - 1)
  return level === 0 ? 0 : Math.floor((first + next) / 2) + 1
})

const levelsOf = (series: Series): Series =>
  packLevels(
    series,
    unpackBytes(series.packed).map((level) => levels[level] ?? 0),
  )
