import type { ContainerUsage, Observation } from '../model/observation.ts'
import type { Change, Recommendation } from '../model/recommendation.ts'
import { seriesEnd, usageValues } from '../model/series.ts'
import { memoryScale } from '../model/sketch.ts'

const secondsPerDay = 86_400
/** A day without a kill shows that a raise was enough. */
const calmSeconds = secondsPerDay
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
 * Whether a workload is skipped although more memory answers kills that nobody answered: a container is in a crash loop, its
 * HPA has no metrics, or its pods are not ready on the day of a kill. Pods that wait for a node, and those of a rollout, are
 * another matter.
 */
export function loopsOfKills({ unhealthy = '', containers }: Observation): boolean {
  const killed = containers.filter(hasOpenKills)
  if (/CrashLoopBackOff|has no metrics/.test(unhealthy)) return killed.length > 0
  return (
    /not ready/.test(unhealthy) &&
    killed.some(({ oomTimes, memory }) => {
      const [last, series] = [oomTimes?.at(-1), memory?.highest]
      return last !== undefined && series !== undefined && seriesEnd(series) - last < calmSeconds
    })
  )
}

/** By change group, the days from the OOM kill that it answers to the end of the window. */
export type AnsweredKills = ReadonlyMap<string, number>

/** The days from the last OOM kill of a container to the end of the window: all of it when the time is not known. */
function daysSinceKill(observation: Observation, container: string | undefined): number | undefined {
  const usage = observation.containers.find((one) => one.container === container)
  if (usage === undefined || !hasOpenKills(usage)) return undefined
  const [last, series] = [usage.oomTimes?.at(-1), usage.memory?.highest]
  return last === undefined || series === undefined
    ? observation.days
    : (seriesEnd(series) - last) / secondsPerDay
}

const raisesMemory = ({ field, from, to }: Change): boolean => field.endsWith('.memory') && to > from

/** Returns the last OOM kill that each change group answers: one that raises the memory of a container that was killed. */
export function answeredKills(
  recommendations: readonly Recommendation[],
  observation: Observation,
): AnsweredKills {
  const kills = new Map<string, number>()
  for (const one of recommendations) {
    if (one.verdict !== 'change' || one.field.startsWith('hpa.') || !raisesMemory(one)) continue
    const days = daysSinceKill(observation, one.container)
    if (days !== undefined) kills.set(one.together, Math.min(days, kills.get(one.together) ?? days))
  }
  return kills
}

/** Whether the group of a change answers a kill that is newer than a change made `days` before the end of the window. */
export function answersNewerKill({ together }: Change, days: number, kills: AnsweredKills): boolean {
  const killed = kills.get(together)
  return killed !== undefined && killed < days
}

/** Marks the changes with the kill that their group answers. */
export const withKills = (
  recommendations: readonly Recommendation[],
  kills: AnsweredKills,
  { to: end }: Observation['window'],
): readonly Recommendation[] =>
  recommendations.map((one) => {
    const days = one.verdict === 'change' ? kills.get(one.together) : undefined
    return days === undefined ? one : { ...one, answersKill: { days, before: end } }
  })
