import type { ResourceUsage } from '../../../model/observation.ts'
import { usageValues } from '../../../model/series.ts'
import { memoryScale } from '../../../model/sketch.ts'

/** Days that show a trend, after the last restart that took the usage down. */
const leastDays = 5
/** A day's peak below this share of the one before is a new start. */
const restarted = 0.75
/** Share of the pairs of days, of all minus those that fall, from which on the peaks rise: Kendall's rank correlation. */
const leastAgreement = 0.7
/** Growth over the days of the trend, as a share of the last peak, below which it is noise. */
const leastGrowth = 0.08

/**
 * Bytes by which the daily peak of memory rises each day, where it rises throughout the window: a leak, or a cache that
 * fills. `undefined` where it does not, or is not known. Theil and Sen's slope, which a single unusual day does not change.
 */
export function dailyGrowth({ daily }: ResourceUsage): number | undefined {
  if (daily === undefined) return undefined
  const peaks = sinceRestart(daily.days, daily.peaks)
  if (peaks.length < leastDays) return undefined
  if (agreement(peaks) < leastAgreement) return undefined
  const slope = medianSlope(peaks)
  const last = peaks.at(-1)?.peak ?? 0
  const days = (peaks.at(-1)?.day ?? 0) - (peaks[0]?.day ?? 0)
  if (slope <= 0 || slope * days < leastGrowth * last) return undefined
  // A cache that is full stops to grow.
  const recent = medianSlope(peaks.slice(-4))
  return recent < slope / 4 ? undefined : slope
}

/** Hours at the end of the window that are compared with the same hours of the day before. */
const comparedHours = 3

/**
 * How the last three hours of memory compare with the same hours of the day before, in bytes: their peak, and how far it has risen
 * since. With less than a day, the first three hours. `undefined` without a rise, and without data by slot. Usage depends on the hour of the day, so
 * what is compared are the same hours.
 */
export function recentRise({
  highest,
  peak: highestSample,
}: ResourceUsage): { readonly peak: number; readonly rise: number } | undefined {
  if (highest === undefined) return undefined
  const values = usageValues(highest, memoryScale)
  const hour = Math.round(3600 / highest.step)
  const peakOf = (from: number): number =>
    values
      .subarray(Math.max(0, from), Math.max(0, from) + comparedHours * hour)
      .reduce((high, value) => (Number.isNaN(value) ? high : Math.max(high, value)), 0)
  const last = values.length - comparedHours * hour
  const [peak, before] = [peakOf(last), peakOf(Math.max(0, last - 24 * hour))]
  // Values of a series are precise to 2.5 %, so that two of them differ by 5 % without a rise.
  if (before === 0 || peak <= before * 1.05) return undefined
  return { peak: Math.min(peak, highestSample), rise: peak - before }
}

interface DayPeak {
  readonly day: number
  readonly peak: number
}

function sinceRestart(days: readonly number[], peaks: readonly number[]): readonly DayPeak[] {
  const all = days.map((day, index) => ({ day, peak: peaks[index] ?? 0 }))
  // The last day is hardly begun when it is read.
  const whole =
    all.length > leastDays && (all.at(-1)?.peak ?? 0) < (all.at(-2)?.peak ?? 0) ? all.slice(0, -1) : all
  const start = whole.findLastIndex(
    ({ peak }, index) => index > 0 && peak < restarted * (whole[index - 1]?.peak ?? 0),
  )
  return start < 0 ? whole : whole.slice(start)
}

function medianSlope(peaks: readonly DayPeak[]): number {
  const slopes = new Float64Array((peaks.length * (peaks.length - 1)) / 2)
  let count = 0
  for (const [index, one] of peaks.entries())
    for (const later of peaks.slice(index + 1)) {
      slopes[count] = (later.peak - one.peak) / Math.max(1, later.day - one.day)
      count += 1
    }
  return slopes.sort()[Math.floor(count / 2)] ?? 0
}

/** Share of the pairs of days that rise, of all minus those that fall. */
function agreement(peaks: readonly DayPeak[]): number {
  let sum = 0
  // Not flatMap(): a list of pairs for each container takes a tenth of a large run.
  for (let index = 0; index < peaks.length; index += 1)
    for (let later = index + 1; later < peaks.length; later += 1)
      sum += Math.sign((peaks[later]?.peak ?? 0) - (peaks[index]?.peak ?? 0))
  return peaks.length < 2 ? 0 : sum / ((peaks.length * (peaks.length - 1)) / 2)
}
