import { unpackDays } from '../../model/daily.ts'
import type { ResourceUsage } from '../../model/observation.ts'
import { bucketStart, cpuScale, memoryScale, type Sketch, sketchWeight } from '../../model/sketch.ts'
import { cpuBuckets, type Histogram, histogram, memoryBuckets } from './histogram.ts'
import { needAfterOom } from './memory-peaks.ts'

const historyDays = 8
const halfLifeHours = 24

/** The weight of one CPU sample. */
const sampleWeight = 0.1

/** The recommender's CPU histogram, in cores, rebuilt from sketches of six hours, or of days: all samples of one have the same age. */
export function cpuHistogram(usage: ResourceUsage): Histogram {
  const filled = histogram(cpuBuckets, halfLifeHours)
  const add = (sketch: Sketch, hour: number): void => {
    // The middle of a sketch's bucket, in cores, is in the same bucket of the recommender.
    for (const [bucket, weight] of sketch) {
      const middle = (bucketStart(cpuScale, bucket) + bucketStart(cpuScale, bucket + 1)) / 2000
      filled.add(middle, sampleWeight * weight, hour)
    }
  }
  for (const { day, sketch, quarters } of recentDays(usage)) {
    if (quarters === undefined) add(sketch, day * 24 + 12)
    else for (const [index, one] of quarters.entries()) add(one, day * 24 + 6 * index + 3)
  }
  return filled
}

/**
 * The recommender's memory histogram, in bytes: one peak a day of each pod, or of all pods where they are alike. All peaks of a day
 * together have a weight of 1. After an OOM kill, the last day counts with what was needed then.
 */
export function memoryHistogram(usage: ResourceUsage, killedRequest?: number): Histogram {
  const filled = histogram(memoryBuckets, halfLifeHours)
  const days = recentDays(usage)
  for (const [index, { day, peak, podPeaks }] of days.entries()) {
    const isKilled = index === days.length - 1 && killedRequest !== undefined
    if (isKilled) filled.add(needAfterOom(killedRequest, peak), 1, day * 24)
    else for (const [bytes, weight] of peaksOf(peak, podPeaks)) filled.add(bytes, weight, day * 24)
  }
  return filled
}

function peaksOf(peak: number, podPeaks: Sketch | undefined): readonly (readonly [number, number])[] {
  if (podPeaks === undefined) return [[peak, 1]]
  const pods = sketchWeight(podPeaks)
  return podPeaks.map(([bucket, count]) => [
    (bucketStart(memoryScale, bucket) + bucketStart(memoryScale, bucket + 1)) / 2,
    count / pods,
  ])
}

function recentDays({ daily, sketch, peak, samples }: ResourceUsage) {
  if (daily === undefined) return [{ day: 0, sketch, peak, samples }]
  const days = unpackDays(daily)
  const last = days.at(-1)?.day ?? 0
  return days.filter(({ day }) => day > last - historyDays)
}
