import type { ResourceUsage } from '../../../model/observation.ts'
import { cpuScale, percentile } from '../../../model/sketch.ts'
import type { RecommendOptions } from '../../recommend-options.ts'

const minutesPerDay = 1440

/** Size in millicores at which the price is that of the settings. */
const usualSize = 250

/** Size in millicores below which the price of a request does not rise: the millicores of a small container cost little. Measured by `npm run quality`. */
export const leastSize = 125

/** Minutes a day above the request that 100m more must remove, for a container of the usual size that is evaluated daily. */
const presetMinutes = { careful: 45, balanced: 88, frugal: 170 } as const

/** What a rollout costs by default, in minutes a day above the request. */
const usualRolloutCost = 36
/** The time above the request of `balanced`, in percent, and how fast the price rises with it: measured by `npm run quality`. */
const measured = { timeAbove: 3.6, exponent: 1.4 } as const
/** The default of the setting that presets replace. */
const formerSpare = 25

/** Minutes a day above the request that 100m more must remove, by the settings, at the usual size. */
function usualMinutes(options: RecommendOptions): number {
  const { preset, targetTimeAbove, pricePerCoreHour, costOfShortage, cpuSpare } = options
  if (targetTimeAbove !== undefined)
    return presetMinutes.balanced * (targetTimeAbove / measured.timeAbove) ** measured.exponent
  if (pricePerCoreHour !== undefined && costOfShortage !== undefined)
    return (minutesPerDay * pricePerCoreHour * 0.1) / costOfShortage
  return cpuSpare === undefined ? presetMinutes[preset] : (presetMinutes.balanced * cpuSpare) / formerSpare
}

/**
 * The size of a container in millicores, by which its time above the request counts: a large one does more work in it. From the mean
 * and from what 99.9 % of the samples are below, which weighs more: covering rare bursts of an idle container is cheap for what
 * it does then. Twice the usage changes the price by 2^0.85, so that the time above depends little on the size.
 */
export const sizeOf = (usage: ResourceUsage, mean: number): number =>
  usualSize ** 0.15 *
  Math.max(mean, 1) ** 0.35 *
  Math.max(percentile(usage.sketch, cpuScale, 0.999), 1) ** 0.5

/**
 * The time above the request, as a share of all time, that one more millicore must remove to be worth its cost: the less, the
 * larger the container. With evaluations less often than daily, a value must last longer, so less is enough.
 */
export const sharePerMillicore = (size: number, options: RecommendOptions): number =>
  ((usualMinutes(options) / minutesPerDay / 100) * (usualSize / size)) /
  Math.min(7, Math.max(1, options.reviewDays)) ** 0.35

/** What a rollout costs, as a share of the time above the request (0 to 1). */
export const rolloutShare = ({ rolloutCost = usualRolloutCost }: RecommendOptions): number =>
  rolloutCost / minutesPerDay
