import type { ResourceUsage } from '../../../model/observation.ts'

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
  const slope = medianSlope(peaks)
  const last = peaks.at(-1)?.peak ?? 0
  const days = (peaks.at(-1)?.day ?? 0) - (peaks[0]?.day ?? 0)
  if (slope <= 0 || slope * days < leastGrowth * last || agreement(peaks) < leastAgreement) return undefined
  // A cache that is full stops to grow.
  const recent = medianSlope(peaks.slice(-4))
  return recent < slope / 4 ? undefined : slope
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

const pairs = <T>(peaks: readonly DayPeak[], of: (one: DayPeak, later: DayPeak) => T): readonly T[] =>
  peaks.flatMap((one, index) => peaks.slice(index + 1).map((later) => of(one, later)))

function medianSlope(peaks: readonly DayPeak[]): number {
  const slopes = pairs(peaks, (one, later) => (later.peak - one.peak) / Math.max(1, later.day - one.day))
  return [...slopes].sort((one, other) => one - other)[Math.floor(slopes.length / 2)] ?? 0
}

function agreement(peaks: readonly DayPeak[]): number {
  const signs = pairs(peaks, (one, later) => Math.sign(later.peak - one.peak))
  return signs.length === 0 ? 0 : signs.reduce((sum, sign) => sum + sign, 0) / signs.length
}
