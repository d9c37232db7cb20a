import { unpackDays } from '../model/daily.ts'
import type { ResourceUsage } from '../model/observation.ts'
import {
  bucketStart,
  cpuScale,
  memoryScale,
  percentile,
  type Sketch,
  type SketchScale,
} from '../model/sketch.ts'

export type Resource = 'cpu' | 'memory'

/** The unit in which usage is shown: millicores, or MiB in bytes. */
export const unitOf = (resource: Resource): number => (resource === 'cpu' ? 1 : 1024 ** 2)
const scaleOf = (resource: Resource): SketchScale => (resource === 'cpu' ? cpuScale : memoryScale)

/** Returns percentiles of a sketch, rounded, in the unit of the resource. None is above the peak, although buckets end there. */
export const percentilesOf =
  (resource: Resource, { sketch, peak }: Pick<ResourceUsage, 'sketch' | 'peak'>) =>
  (share: number): number =>
    Math.round(Math.min(percentile(sketch, scaleOf(resource), share), peak) / unitOf(resource))

/** Percentiles and peaks of days from the first one, in the unit of the resource; null for days without usage. */
export interface DailyFigures {
  /** Days since 1970-01-01, UTC. */
  readonly first: number
  readonly p95: (number | null)[]
  readonly p99: (number | null)[]
  readonly peak: (number | null)[]
}

/** Figures of each day; `undefined` where usage is not recorded by day. */
export function dailyFigures(resource: Resource, { daily }: ResourceUsage): DailyFigures | undefined {
  if (daily === undefined || daily.days.length === 0) return undefined
  const days = unpackDays(daily)
  const first = days[0]?.day ?? 0
  const count = (days.at(-1)?.day ?? first) - first + 1
  const empty = (): (number | null)[] => Array.from({ length: count }, () => null)
  const figures = { first, p95: empty(), p99: empty(), peak: empty() }
  for (const one of days) {
    const of = percentilesOf(resource, one)
    figures.p95[one.day - first] = of(0.95)
    figures.p99[one.day - first] = of(0.99)
    figures.peak[one.day - first] = Math.round(one.peak / unitOf(resource))
  }
  return figures
}

/** Minutes of a day for which the samples of a sketch are above a value (millicores or bytes), as a backtest counts them. */
export function minutesAbove(resource: Resource, sketch: Sketch, value: number): number {
  const scale = scaleOf(resource)
  let [above, all] = [0, 0]
  for (const [bucket, weight] of sketch) {
    all += weight
    if ((bucketStart(scale, bucket) + bucketStart(scale, bucket + 1)) / 2 > value) above += weight
  }
  return Math.round((above / (all || 1)) * 24 * 60)
}
