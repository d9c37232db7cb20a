/**
 * The histograms of the Vertical Pod Autoscaler's recommender: any buckets, with weights that decay with age.
 * Source: https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler/pkg/recommender/util
 */

/** The buckets of a histogram. */
export interface Buckets {
  readonly count: number
  /** Start of a bucket. */
  readonly start: (bucket: number) => number
  /** Index of the bucket that holds a value. */
  readonly find: (value: number) => number
}

/** Buckets of equal size; the last one starts at or above `max`. */
export function linearBuckets(max: number, size: number): Buckets {
  const count = Math.ceil(max / size) + 1
  return {
    count,
    start: (bucket) => bucket * size,
    find: (value) => Math.min(Math.max(0, Math.floor(value / size)), count - 1),
  }
}

/** Buckets that grow by `ratio`; the first one ends at `first`. */
export function exponentialBuckets(max: number, first: number, ratio: number): Buckets {
  const steps = (value: number): number => Math.log((value * (ratio - 1)) / first + 1) / Math.log(ratio)
  const count = Math.ceil(steps(max)) + 1
  return {
    count,
    start: (bucket) => (bucket === 0 ? 0 : (first * (ratio ** bucket - 1)) / (ratio - 1)),
    find: (value) => (value < first ? 0 : Math.min(Math.floor(steps(value)), count - 1)),
  }
}

/** The recommender's default buckets for CPU, in cores: 176 of them. */
export const cpuBuckets = exponentialBuckets(1000, 0.01, 1.05)
/** The recommender's default buckets for memory, in bytes: 176 of them. */
export const memoryBuckets = exponentialBuckets(1e12, 1e7, 1.05)

/** Weight below which a bucket counts as empty. */
const epsilon = 1e-4
const largestExponent = 100
const largestCheckpointWeight = 10_000

/** A histogram whose samples lose half their weight every `halfLife` hours; with `Infinity` they keep it. */
export interface Histogram {
  add(value: number, weight: number, hour?: number): void
  subtract(value: number, weight: number, hour?: number): void
  /** End of the bucket that contains a share (0 to 1) of the weight; 0 for an empty histogram. */
  percentile(share: number): number
  total(): number
  weights(): ReadonlyMap<number, number>
  checkpoint(): Checkpoint
}

/** A stored histogram: weights scaled to whole numbers of at most 10,000. */
export interface Checkpoint {
  readonly total: number
  readonly buckets: ReadonlyMap<number, number>
}

/** An empty histogram, or one restored from a checkpoint. */
export function histogram(
  buckets: Buckets,
  halfLife = Number.POSITIVE_INFINITY,
  from?: Checkpoint,
): Histogram {
  let weights = new Map<number, number>(from === undefined ? [] : loaded(from))
  let reference = 0
  let started = from !== undefined

  const factorAt = (hour: number): number => {
    if (!Number.isFinite(halfLife)) return 1
    if (!started) reference = hour
    started = true
    if ((hour - reference) / halfLife > largestExponent) {
      const shift = Math.round((hour - reference) / halfLife)
      reference += shift * halfLife
      weights = new Map([...weights].map(([bucket, weight]) => [bucket, weight * 2 ** -shift]))
    }
    return 2 ** ((hour - reference) / halfLife)
  }
  const change = (value: number, weight: number): void => {
    const bucket = buckets.find(value)
    weights.set(bucket, Math.max(0, (weights.get(bucket) ?? 0) + weight))
  }
  const filled = () =>
    [...weights].filter(([, weight]) => weight >= epsilon).sort(([one], [other]) => one - other)
  const total = (): number => filled().reduce((sum, [, weight]) => sum + weight, 0)

  return {
    add: (value, weight, hour = 0) => change(value, weight * factorAt(hour)),
    subtract: (value, weight, hour = 0) => change(value, -weight * factorAt(hour)),
    percentile: (share) => {
      const all = filled()
      const wanted = share * total()
      let passed = 0
      const found = all.find(([, weight]) => {
        passed += weight
        return passed >= wanted
      })
      const bucket = (found ?? all.at(-1))?.[0]
      return bucket === undefined ? 0 : buckets.start(bucket < buckets.count - 1 ? bucket + 1 : bucket)
    },
    total,
    weights: () => new Map(filled()),
    checkpoint: () => {
      const all = filled()
      const scale = largestCheckpointWeight / Math.max(...all.map(([, weight]) => weight))
      const scaled = all.map(([bucket, weight]) => [bucket, Math.round(weight * scale)] as const)
      return { total: total(), buckets: new Map(scaled.filter(([, weight]) => weight > 0)) }
    },
  }
}

function loaded({ total, buckets }: Checkpoint): readonly (readonly [number, number])[] {
  const sum = [...buckets.values()].reduce((all, weight) => all + weight, 0)
  return [...buckets].map(([bucket, weight]) => [bucket, (weight * total) / sum])
}
