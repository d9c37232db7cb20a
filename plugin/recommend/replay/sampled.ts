import { visitDays } from '../../model/daily.ts'
import type { ResourceUsage } from '../../model/observation.ts'
import { bucketStart, cpuScale, memoryScale, type SketchScale } from '../../model/sketch.ts'

/** Samples of a resource under a request, as shares of their number and as means, in the resource's unit. */
export interface Sampled {
  /** Share of the samples above the request, 0 to 1. */
  readonly above: number
  /** How far samples lie above it, spread over all samples. */
  readonly volume: number
  /** Share of the samples at the limit. */
  readonly atLimit: number
  readonly mean: number
}

/** What samples are held against. */
export interface Held {
  readonly request: number
  readonly limit: number
  /** How much more of the load each pod takes than when it was recorded. */
  readonly crowding: number
}

const middles = (scale: SketchScale): Float64Array =>
  Float64Array.from(
    { length: 177 },
    (_, bucket) => (bucketStart(scale, bucket) + bucketStart(scale, bucket + 1)) / 2,
  )
const middleOf = new Map([cpuScale, memoryScale].map((scale) => [scale, middles(scale)] as const))

/** Holds samples against a request and a limit; those of the last days alone where `lastDays` is given. */
export function sampled(
  usage: ResourceUsage,
  scale: SketchScale,
  { request, limit, crowding, lastDays }: Held & { readonly lastDays?: number },
): Sampled {
  const middle = middleOf.get(scale) ?? middles(scale)
  let [weight, above, volume, atLimit, sum] = [0, 0, 0, 0, 0]
  const add = (bucket: number, count: number): void => {
    const value = (middle[bucket] ?? 0) * crowding
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
