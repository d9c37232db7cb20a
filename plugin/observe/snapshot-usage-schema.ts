import * as z from 'zod'
import { type DailyUsage, unpackDays } from '../model/daily.ts'
import { cpuScale, memoryScale, type SketchScale } from '../model/sketch.ts'

const count = (what: string) => z.int().min(0).describe(what)
const share = (what: string) => z.number().min(0).max(1).describe(`${what}, 0 to 1.`)
/** A name that is not empty. */
export const nameSchema = (what: string) => z.string().min(1).describe(what)

const sketchSchema = ({ count }: SketchScale, buckets: string) =>
  z
    .array(
      z
        .tuple([
          z
            .int()
            .min(0)
            .max(count - 1),
          z.number().positive(),
        ])
        .readonly()
        .describe('Bucket number and weight (samples in the bucket).'),
    )
    .readonly()
    .refine((pairs) => pairs.every(([bucket], at) => at === 0 || bucket > (pairs[at - 1]?.[0] ?? bucket)), {
      error: 'buckets must rise',
    })
    .describe(`Exponential histogram: ${buckets}`)

const cpuBuckets =
  'bucket n of the scale of the Vertical Pod Autoscaler starts at 10 millicores × (1.05ⁿ − 1) / 0.05. The first 14, to 196 millicores, are divided into 10, 11, 11, 12, 6, 6, 4, 4, 3, 3, 3, 3, 3 and 2 parts at whole millicores, which count as buckets. In version 1, none is divided.'
const memoryBuckets = 'bucket n starts at 10⁷ bytes × (1.05ⁿ − 1) / 0.05.'

const packed = (what: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64')
    .refine((text) => text.length % 4 === 0, { error: 'must be base64' })
    .describe(what)
/** Times are before the year 3000, and a step is a day at most, so that every slot has a date. */
const latest = 32_503_680_000
const longestStep = 86_400
const frame = {
  first: z.int().min(0).max(latest).describe('Time of the first slot, in seconds since 1970, UTC.'),
  step: z.int().positive().max(longestStep).describe('Seconds between slots.'),
}
const levelsSchema = (what: string) =>
  z
    .object({
      ...frame,
      packed: packed('One byte per slot, in base64: 0 without a sample, else the bucket plus one.'),
    })
    .readonly()
    .describe(what)
const days = z
  .array(
    z
      .int()
      .min(0)
      .max(latest / 86_400),
  )
  .readonly()
  .describe('Days since 1970-01-01, UTC, in rising order.')
const dailySchema = z
  .object({
    days,
    peaks: z.array(z.number().min(0)).readonly().describe('The highest sample of each day.'),
    samples: z.array(z.int().min(0)).readonly().describe('Number of samples of each day.'),
    sketches: packed(
      'One sketch per day, in base64: the number of buckets (one byte), then bucket (one byte) and weight (four bytes, lowest first) of each.',
    ),
    quarters: packed(
      'Quarters of the days from 00:00 UTC, in base64: for each day, 0 where they are not known, or 4; then for each quarter the number of buckets (one byte), and bucket (one byte) and weight (seven bits a byte, lowest first; the highest bit says that one more follows) of each.',
    ).exactOptional(),
    busiest: packed(
      'CPU of the pod with the highest 80th percentile of each day, in base64: the number of buckets (one byte, 0 where pods are alike), then bucket and weight of each as in quarters.',
    ).exactOptional(),
    podPeaks: packed(
      'Peaks of memory of all pods of each day, in base64: the number of buckets (one byte, 0 where pods are alike), then bucket and number of pods of each as in quarters.',
    ).exactOptional(),
  })
  .readonly()
  .refine(isDaily, { error: 'the lists of days differ in length' })
  .describe('The same samples by day.')

function isDaily(daily: DailyUsage): boolean {
  const { days, peaks, samples } = daily
  try {
    return (
      days.length === peaks.length &&
      days.length === samples.length &&
      unpackDays(daily).length === days.length
    )
  } catch {
    return false
  }
}

const usageSchema = (unit: string, sketch: ReturnType<typeof sketchSchema>) =>
  z
    .object({
      sketch,
      peak: z.number().min(0).describe(`The highest sample, exact, in ${unit}.`),
      samples: count('Number of samples, over all pods.'),
      daily: dailySchema.exactOptional(),
      highest: levelsSchema('The busiest pod of each slot.').exactOptional(),
      total: levelsSchema(
        'The sum of all pods of each slot; left out when it equals `highest`.',
      ).exactOptional(),
    })
    .readonly()
    .describe(`Usage of all pods over the whole window, in ${unit}.`)

const throttlingSchema = z
  .object({
    day: z
      .int()
      .min(0)
      .max(latest / 86_400)
      .describe('Days since 1970-01-01, UTC.'),
    periods: z.number().min(0).describe('CFS periods.'),
    throttled: z.number().min(0).describe('Periods in which the container was throttled.'),
  })
  .readonly()

/** Usage of one container. */
export const containerSchema = z
  .object({
    container: nameSchema('Name of the container.'),
    cpu: usageSchema('millicores', sketchSchema(cpuScale, cpuBuckets)).exactOptional(),
    memory: usageSchema('bytes', sketchSchema(memoryScale, memoryBuckets)).exactOptional(),
    oomKills: count('OOM kills of containers with this name.'),
    oomTimes: z
      .array(z.number().min(0).max(latest))
      .readonly()
      .describe('Times of the OOM kills, in seconds since 1970, UTC.')
      .exactOptional(),
    throttledShare: share('Share of CFS periods in which the container was throttled').exactOptional(),
    throttling: z.array(throttlingSchema).readonly().describe('The same by day.').exactOptional(),
  })
  .readonly()
  .describe('One container of the workload.')

/** The number of pods of a workload. */
export const replicasSchema = z
  .object({
    min: z.number().min(0).describe('Fewest pods at a time.'),
    max: z.number().min(0).describe('Most pods at a time.'),
    mean: z.number().min(0).describe('Mean number of pods, over the time in which any ran.'),
    series: z
      .object({
        ...frame,
        packed: packed(
          'Two bytes per slot, lowest first, in base64: 0 without a sample, else the number of pods plus one.',
        ),
      })
      .readonly()
      .describe('Number of pods by slot; left out when it never changed.')
      .exactOptional(),
  })
  .readonly()
  .describe('How many pods ran.')
