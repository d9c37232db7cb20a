/**
 * Usage sketches: the exponential histogram of the Vertical Pod Autoscaler, with finer buckets for small CPU values.
 *
 * Each bucket is 5 % wider than the one before: 10 % of its start near 200m or 200 MB, 6 % near 1 core or 1 GB. Of CPU, the buckets
 * below 196m are divided: into whole millicores below 44m, and into parts of at most 5.2 % above. The autoscaler drops fractions of a
 * millicore, so every part is within one of its buckets. Two sketches of the same scale merge by adding their weights, so history
 * can be read day by day in bounded memory. A percentile is the upper end of its bucket.
 * Source: https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler/pkg/recommender/util
 */

const growth = 1.05
const wholeBuckets = 176

/** The scale of a sketch, in the unit of its samples. */
export interface SketchScale {
  /** End of the first bucket of the autoscaler. */
  readonly firstBucket: number
  /** Number of buckets. */
  readonly count: number
  /** Lower ends of the buckets, and two ends more. */
  readonly starts: Float64Array
  /** The first part of each divided bucket of the autoscaler, and the first bucket that is whole. */
  readonly parts: readonly number[]
  /** The bucket of each whole number that is in a divided bucket. */
  readonly small: Uint8Array
}

const wholeStart = (firstBucket: number, bucket: number): number =>
  bucket === 0 ? 0 : (firstBucket * (growth ** bucket - 1)) / (growth - 1)

/** A scale whose first buckets are divided into so many parts each, at whole numbers. */
function scaleWith(firstBucket: number, divided: readonly number[]): SketchScale {
  const starts: number[] = []
  const parts: number[] = []
  const edge = (bucket: number): number => Math.ceil(wholeStart(firstBucket, bucket))
  for (const [bucket, count] of divided.entries()) {
    const [start, end] = [edge(bucket), edge(bucket + 1)]
    parts.push(starts.length)
    for (let part = 0; part < count; part += 1)
      starts.push(start + Math.floor(((end - start) * part) / count))
  }
  const small = new Uint8Array(divided.length === 0 ? 0 : edge(divided.length))
  for (let value = 0; value < small.length; value += 1)
    small[value] = starts.findLastIndex((start) => start <= value)
  parts.push(starts.length)
  if (small.length > 0) starts.push(small.length)
  for (
    let bucket = starts.length - (parts.at(-1) ?? 0) + divided.length;
    bucket < wholeBuckets + 2;
    bucket += 1
  )
    starts.push(wholeStart(firstBucket, bucket))
  return { firstBucket, count: starts.length - 2, starts: Float64Array.from(starts), parts, small }
}

/** CPU in millicores: 81 buckets below 196m, of which the first ends at 1m; the last begins near 1000 cores. */
export const cpuScale: SketchScale = scaleWith(10, [10, 11, 11, 12, 6, 6, 4, 4, 3, 3, 3, 3, 3, 2])
/** Memory in bytes: the first bucket ends at 10⁷ B, the last begins near 10¹² B. */
export const memoryScale: SketchScale = scaleWith(1e7, [])

/** The most buckets that a scale has. */
export const mostBuckets = cpuScale.count

/** A finished sketch: `[bucket, weight]` pairs in rising order of bucket, without empty buckets. */
export type Sketch = readonly (readonly [bucket: number, weight: number])[]

/** A sketch while samples are added: one weight per bucket. */
export type SketchBuffer = Float32Array

/** An empty buffer, which has room for every scale unless one is given. */
export const emptySketch = ({ count }: SketchScale = cpuScale): SketchBuffer => new Float32Array(count)

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
export function finishSketch(buffer: ArrayLike<number>): Sketch {
  const sketch: [number, number][] = []
  for (let bucket = 0; bucket < buffer.length; bucket += 1) {
    const weight = buffer[bucket] ?? 0
    if (weight > 0) sketch.push([bucket, weight])
  }
  return sketch
}

/** Index of the bucket that holds a value. */
export function bucketOf({ firstBucket, count, parts, small }: SketchScale, value: number): number {
  const divided = small[Math.floor(value)]
  if (divided !== undefined) return divided
  if (value < firstBucket) return 0
  const whole = Math.floor(Math.log((value * (growth - 1)) / firstBucket + 1) / Math.log(growth))
  return Math.min(whole - parts.length + 1 + (parts[parts.length - 1] ?? 0), count - 1)
}

/** The bucket up to which a share `p` (0 to 1) of a buffer's weight is. */
export function percentileBucket(buffer: ArrayLike<number>, p: number, weight: number): number {
  const wanted = p * weight
  let passed = 0
  for (let bucket = 0; bucket < buffer.length; bucket += 1) {
    passed += buffer[bucket] ?? 0
    if (passed >= wanted) return bucket
  }
  return buffer.length - 1
}

/**
 * The value that a share `p` (0 to 1) of the weight does not exceed, with the samples of a bucket spread evenly over it: closer to the
 * percentile of the samples than `percentile`, but not always above it. 0 for an empty sketch.
 */
export function percentileWithin(sketch: Sketch, scale: SketchScale, p: number): number {
  const wanted = p * sketchWeight(sketch)
  let passed = 0
  for (const [bucket, weight] of sketch) {
    if (passed + weight >= wanted) {
      const start = bucketStart(scale, bucket)
      return start + ((bucketStart(scale, bucket + 1) - start) * (wanted - passed)) / weight
    }
    passed += weight
  }
  return 0
}

/** Lower end of a bucket, in the unit of the samples; that of the last end for buckets that the scale does not have. */
export const bucketStart = ({ starts }: SketchScale, bucket: number): number =>
  starts[bucket] ?? starts[starts.length - 1] ?? 0

/** Total weight of a sketch. */
export const sketchWeight = (sketch: Sketch): number => sketch.reduce((sum, [, weight]) => sum + weight, 0)

/** The value that a share `p` (0 to 1) of the weight does not exceed; 0 for an empty sketch. */
export function percentile(sketch: Sketch, scale: SketchScale, p: number): number {
  const wanted = p * sketchWeight(sketch)
  let passed = 0
  for (const [bucket, weight] of sketch) {
    passed += weight
    if (passed >= wanted) {
      return bucketStart(scale, bucket < scale.count - 1 ? bucket + 1 : bucket)
    }
  }
  return 0
}
