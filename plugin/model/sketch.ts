/**
 * Usage sketches: the exponential histogram of the Vertical Pod Autoscaler.
 *
 * It has 176 buckets, each 5 % wider than the one before. Two sketches of the same scale merge by adding their weights,
 * so history can be read day by day in bounded memory. A percentile is the upper end of its bucket, at most 5 % too high.
 * Source: https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler/pkg/recommender/util
 */

const growth = 1.05
const bucketCount = 176

/** The scale of a sketch: the end of its first bucket, in the unit of its samples. */
export interface SketchScale {
  readonly firstBucket: number
}

/** CPU in millicores: the first bucket ends at 10m, the last begins near 1000 cores. */
export const cpuScale: SketchScale = { firstBucket: 10 }
/** Memory in bytes: the first bucket ends at 10⁷ B, the last begins near 10¹² B. */
export const memoryScale: SketchScale = { firstBucket: 1e7 }

/** A finished sketch: `[bucket, weight]` pairs in rising order of bucket, without empty buckets. */
export type Sketch = readonly (readonly [bucket: number, weight: number])[]

/** A sketch while samples are added: one weight per bucket. */
export type SketchBuffer = Float32Array

/** An empty buffer. */
export const emptySketch = (): SketchBuffer => new Float32Array(bucketCount)

/** Adds one sample to a buffer. Values below zero and non-numbers are ignored. */
export function addSample(buffer: SketchBuffer, scale: SketchScale, value: number): void {
  if (value >= 0) addWeight(buffer, bucketOf(scale, value), 1)
}

/** Adds the weight of several samples to one bucket. */
export function addWeight(buffer: SketchBuffer, bucket: number, weight: number): void {
  buffer[bucket] = (buffer[bucket] ?? 0) + weight
}

/** Adds a finished sketch to a buffer of the same scale. */
export function addSketch(buffer: SketchBuffer, sketch: Sketch): void {
  for (const [bucket, weight] of sketch) buffer[bucket] = (buffer[bucket] ?? 0) + weight
}

/** Converts a buffer to its compact form. */
export function finishSketch(buffer: SketchBuffer): Sketch {
  const sketch: [number, number][] = []
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const weight = buffer[bucket] ?? 0
    if (weight > 0) sketch.push([bucket, weight])
  }
  return sketch
}

/** Index of the bucket that holds a value. */
export function bucketOf({ firstBucket }: SketchScale, value: number): number {
  if (value < firstBucket) return 0
  const bucket = Math.floor(Math.log((value * (growth - 1)) / firstBucket + 1) / Math.log(growth))
  return Math.min(bucket, bucketCount - 1)
}

const powers = Float64Array.from({ length: bucketCount + 1 }, (_, bucket) => growth ** bucket)

/** Lower end of a bucket, in the unit of the samples. */
export const bucketStart = ({ firstBucket }: SketchScale, bucket: number): number =>
  bucket === 0 ? 0 : (firstBucket * ((powers[bucket] ?? growth ** bucket) - 1)) / (growth - 1)

/** Total weight of a sketch. */
export const sketchWeight = (sketch: Sketch): number => sketch.reduce((sum, [, weight]) => sum + weight, 0)

/** The value that a share `p` (0 to 1) of the weight does not exceed; 0 for an empty sketch. */
export function percentile(sketch: Sketch, scale: SketchScale, p: number): number {
  const wanted = p * sketchWeight(sketch)
  let passed = 0
  for (const [bucket, weight] of sketch) {
    passed += weight
    if (passed >= wanted) {
      return bucketStart(scale, bucket < bucketCount - 1 ? bucket + 1 : bucket)
    }
  }
  return 0
}
