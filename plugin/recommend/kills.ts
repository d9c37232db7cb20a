import type { ContainerUsage } from '../model/observation.ts'
import { seriesEnd, usageValues } from '../model/series.ts'
import { memoryScale } from '../model/sketch.ts'

/** A day without a kill shows that a raise was enough. */
const calmSeconds = 86_400
/** Usage above that before the kill by this factor: the limit must have been raised since. Sketches are precise to 5 %. */
const above = 1.1

/**
 * Whether the OOM kills of a container were answered by somebody already: since the last one, its memory was well above
 * what it reached before, which the limit of that time would not have allowed, and nothing was killed for a day.
 */
export function killsAreAnswered({ oomKills, oomTimes, memory }: ContainerUsage): boolean {
  const last = oomTimes?.at(-1)
  const series = memory?.highest
  if (oomKills === 0 || last === undefined || series === undefined) return false
  if (seriesEnd(series) - last < calmSeconds) return false
  const slot = Math.round((last - series.first) / series.step)
  const values = usageValues(series, memoryScale)
  return highest(values.subarray(slot + 2)) > above * highest(values.subarray(0, slot + 1))
}

/** Whether a container was killed for want of memory, and nobody raised its memory since. */
export const hasOpenKills = (usage: ContainerUsage): boolean => usage.oomKills > 0 && !killsAreAnswered(usage)

function highest(values: Float64Array): number {
  let most = 0
  for (const value of values) if (value > most) most = value
  return most
}
