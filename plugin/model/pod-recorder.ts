import type { DayUsage } from './daily.ts'
import {
  addWeight,
  cpuScale,
  emptySketch,
  finishSketch,
  percentileBucket,
  type Sketch,
  type SketchBuffer,
  type SketchScale,
} from './sketch.ts'

/** The percentile by which the pods of a day are compared. At KRR's, 95, the pod that had the most bursts on a day would count as the busiest. */
export const comparedPercentile = 0.8

/** Records on one day what differs between the pods of a container. Its size does not depend on the number of pods. */
export interface PodRecorder {
  /** Adds a sample's bucket. */
  add(bucket: number): void
  /** Says that the samples since the last call were one pod's. */
  end(): void
  /** What differs, for the sketch of all pods; nothing when `end` was not called for two pods or more. */
  finish(all: Sketch): Pick<DayUsage, 'busiest' | 'podPeaks'>
}

/** An empty recorder: of the busiest pod for CPU, of the peaks of all pods for memory. */
export const podRecorder = (scale: SketchScale): PodRecorder =>
  scale === cpuScale ? busiestRecorder() : peakRecorder()

function busiestRecorder(): PodRecorder {
  let [pods, samples, highest] = [0, 0, -1]
  let current: SketchBuffer | undefined
  let busiest: SketchBuffer | undefined
  return {
    add: (bucket) => {
      current ??= emptySketch(cpuScale)
      addWeight(current, bucket, 1)
      samples += 1
    },
    end: () => {
      if (samples === 0 || current === undefined) return
      const reached = percentileBucket(current, comparedPercentile, samples)
      pods += 1
      samples = 0
      if (reached <= highest) current.fill(0)
      else {
        highest = reached
        const free = busiest?.fill(0)
        busiest = current
        current = free
      }
    },
    finish: (all) => {
      if (pods < 2 || busiest === undefined) return {}
      const ofAll = emptySketch(cpuScale)
      for (const [bucket, weight] of all) addWeight(ofAll, bucket, weight)
      const weight = all.reduce((sum, [, one]) => sum + one, 0)
      return highest > percentileBucket(ofAll, comparedPercentile, weight)
        ? { busiest: finishSketch(busiest) }
        : {}
    },
  }
}

function peakRecorder(): PodRecorder {
  const peaks = new Map<number, number>()
  let [pods, peak] = [0, -1]
  return {
    add: (bucket) => {
      peak = Math.max(peak, bucket)
    },
    end: () => {
      if (peak < 0) return
      peaks.set(peak, (peaks.get(peak) ?? 0) + 1)
      pods += 1
      peak = -1
    },
    finish: () =>
      pods > 1 && peaks.size > 1 ? { podPeaks: [...peaks].sort(([one], [other]) => one - other) } : {},
  }
}
