import type { Observation } from '../model/observation.ts'
import type { Change, Recommendation } from '../model/recommendation.ts'
import { seriesEnd } from '../model/series.ts'
import { hasOpenKills } from './kills.ts'

const secondsPerDay = 86_400

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
