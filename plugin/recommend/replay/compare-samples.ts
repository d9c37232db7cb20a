import { visitDays } from '../../model/daily.ts'
import type { ResourceUsage } from '../../model/observation.ts'
import { bucketStart, cpuScale, memoryScale, type SketchScale } from '../../model/sketch.ts'

/** Samples of a resource compared with a request and a limit: shares of all samples (0 to 1) and means in the resource's unit. */
export interface SampleShares {
  /** Share of the samples above the request. */
  readonly above: number
  /** Mean amount above the request, over all samples. */
  readonly volume: number
  /** Share of the samples at or above the limit. */
  readonly atLimit: number
  readonly mean: number
}

/** What samples are compared with, in the resource's unit. */
export interface SampleBounds {
  readonly request: number
  readonly limit: number
  /** Load of each pod as a multiple of its recorded load. */
  readonly loadFactor: number
}

const middles = (scale: SketchScale): Float64Array =>
  Float64Array.from(
    { length: scale.count },
    (_, bucket) => (bucketStart(scale, bucket) + bucketStart(scale, bucket + 1)) / 2,
  )
const middlesByScale = new Map([cpuScale, memoryScale].map((scale) => [scale, middles(scale)] as const))

/** Compares samples with a request and a limit: all samples, or those of the last days when `lastDays` is given. */
export function compareSamples(
  usage: ResourceUsage,
  scale: SketchScale,
  { request, limit, loadFactor, lastDays }: SampleBounds & { readonly lastDays?: number },
): SampleShares {
  const middle = middlesByScale.get(scale) ?? middles(scale)
  let [weight, above, volume, atLimit, sum] = [0, 0, 0, 0, 0]
  const add = (bucket: number, count: number): void => {
    const value = (middle[bucket] ?? 0) * loadFactor
    weight += count
    sum += value * count
    if (value > request) {
      above += count
      volume += (value - request) * count
    }
    if (value >= limit) atLimit += count
  }
  const { daily, sketch } = usage
  if (lastDays === undefined || daily === undefined) for (const [bucket, count] of sketch) add(bucket, count)
  else {
    const since = (daily.days.at(-1) ?? 0) - lastDays
    visitDays(daily, (day, bucket, count) => day > since && add(bucket, count))
  }
  const all = weight || 1
  return { above: above / all, volume: volume / all, atLimit: atLimit / all, mean: sum / all }
}
