import type { DayUsage } from './daily.ts'
import {
  addSketch,
  cpuScale,
  emptySketch,
  finishSketch,
  percentileBucket,
  type Sketch,
  type SketchScale,
  sketchWeight,
} from './sketch.ts'

/** The percentile by which the pods of a day are compared. At KRR's, 95, the pod that had the most bursts on a day would count as the busiest. */
export const comparedPercentile = 0.8

/**
 * What differs between the pods of a container on one day: the busiest pod of CPU, or the peaks of memory. Its size does not depend on
 * the number of pods. A fleet has one of these for each container, so it is plain data, and nothing is allocated before it is needed.
 */
export interface PodRecord {
  /** Pods that have ended. */
  pods: number
  /** Samples of the present pod, and its highest bucket. */
  samples: number
  peak: number
  /** CPU: samples of the present pod by bucket. A day has fewer than 65,536 slots. */
  present?: Uint16Array | undefined
  /** CPU: the same of the busiest pod, and the bucket of its compared percentile. */
  busiest?: Uint16Array
  highest: number
  /** Memory: the number of pods by the bucket of their peak, once there is more than one bucket. */
  peaks?: Map<number, number>
}

/** A record of no pod. */
export const podRecord = (): PodRecord => ({ pods: 0, samples: 0, peak: -1, highest: -1 })

/** Adds the bucket of a sample of the present pod. */
export function addToPod(record: PodRecord, scale: SketchScale, bucket: number): void {
  record.samples += 1
  if (bucket > record.peak) record.peak = bucket
  if (scale !== cpuScale) return
  record.present ??= new Uint16Array(cpuScale.count)
  record.present[bucket] = (record.present[bucket] ?? 0) + 1
}

/** Says that the samples since the last call were those of one pod. */
export function endPod(record: PodRecord): void {
  if (record.samples === 0) return
  if (record.present === undefined) addPeak(record)
  else {
    const reached = percentileBucket(record.present, comparedPercentile, record.samples)
    if (reached > record.highest) {
      record.highest = reached
      record.busiest = record.present
    }
    record.present = undefined
  }
  record.pods += 1
  record.samples = 0
  record.peak = -1
}

function addPeak(record: PodRecord): void {
  const { peak, pods, highest } = record
  // Most containers have all peaks in one bucket, and need no map.
  if (record.peaks === undefined && (pods === 0 || peak === highest)) record.highest = peak
  else {
    record.peaks ??= new Map([[highest, pods]])
    record.peaks.set(peak, (record.peaks.get(peak) ?? 0) + 1)
  }
}

/** What differs, for the sketch of all pods; nothing unless two pods or more have ended. */
export function finishPods(
  { pods, busiest, highest, peaks }: PodRecord,
  all: Sketch,
): Pick<DayUsage, 'busiest' | 'podPeaks'> {
  if (peaks !== undefined) return { podPeaks: [...peaks].sort(([one], [other]) => one - other) }
  if (pods < 2 || busiest === undefined) return {}
  const ofAll = emptySketch(cpuScale)
  addSketch(ofAll, all)
  return highest > percentileBucket(ofAll, comparedPercentile, sketchWeight(all))
    ? { busiest: finishSketch(busiest) }
    : {}
}
