import type { ContainerUsage, Observation } from '../model/observation.ts'
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

/** The OOM kills of a container that nobody answered. */
export const openKills = (usage: ContainerUsage): number => (hasOpenKills(usage) ? usage.oomKills : 0)

function highest(values: Float64Array): number {
  let most = 0
  for (const value of values) if (value > most) most = value
  return most
}

/**
 * Whether a workload is skipped because kills that nobody answered take it down: a container is in a crash loop, or its pods
 * are not ready on the day of a kill. Pods that wait for a node, and those of a rollout, are another matter.
 */
export function loopsOfKills({ unhealthy = '', containers }: Observation): boolean {
  const killed = containers.filter(hasOpenKills)
  if (/CrashLoopBackOff/.test(unhealthy)) return killed.length > 0
  return (
    /not ready/.test(unhealthy) &&
    killed.some(({ oomTimes, memory }) => {
      const [last, series] = [oomTimes?.at(-1), memory?.highest]
      return last !== undefined && series !== undefined && seriesEnd(series) - last < calmSeconds
    })
  )
}
