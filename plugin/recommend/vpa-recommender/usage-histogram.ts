import { unpackDays } from '../../model/daily.ts'
import type { ResourceUsage } from '../../model/observation.ts'
import { bucketStart, cpuScale } from '../../model/sketch.ts'
import { cpuBuckets, type Histogram, histogram, memoryBuckets } from './histogram.ts'
import { needAfterOom } from './memory-peaks.ts'

const historyDays = 8
const halfLifeHours = 24

/** The recommender's CPU histogram, in cores, rebuilt from daily sketches; all samples of a day have the same age. */
export function cpuHistogram(usage: ResourceUsage): Histogram {
  const filled = histogram(cpuBuckets, halfLifeHours)
  for (const { day, sketch } of recentDays(usage)) {
    // The middle of a sketch's bucket, in cores, is in the same bucket of the recommender.
    for (const [bucket, weight] of sketch) {
      const middle = (bucketStart(cpuScale, bucket) + bucketStart(cpuScale, bucket + 1)) / 2000
      filled.add(middle, 0.1 * weight, day * 24)
    }
  }
  return filled
}

/** The recommender's memory histogram, in bytes: one peak per day. After an OOM kill, the last day counts with what was needed then. */
export function memoryHistogram(usage: ResourceUsage, killedRequest?: number): Histogram {
  const filled = histogram(memoryBuckets, halfLifeHours)
  const days = recentDays(usage)
  for (const [index, { day, peak }] of days.entries()) {
    const last = index === days.length - 1
    const needed = last && killedRequest !== undefined ? needAfterOom(killedRequest, peak) : peak
    filled.add(needed, 1, day * 24)
  }
  return filled
}

function recentDays({ daily, sketch, peak, samples }: ResourceUsage) {
  if (daily === undefined) return [{ day: 0, sketch, peak, samples }]
  const days = unpackDays(daily)
  const last = days.at(-1)?.day ?? 0
  return days.filter(({ day }) => day > last - historyDays)
}
