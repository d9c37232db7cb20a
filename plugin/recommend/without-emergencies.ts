import type { Observation, ReplicaHistory } from '../model/observation.ts'
import type { PastValue } from '../model/past-edit.ts'
import { countValues, packCounts } from '../model/series.ts'
import { emergencyRules } from './command-rules.ts'

const secondsPerDay = 86_400

/** Days before the end of the window. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** When emergencies set the number of pods, from the changes of the minimum of an HPA, newest first. */
function stretches(edits: readonly PastValue[]): readonly Stretch[] {
  return edits.flatMap((edit, index): readonly Stretch[] => {
    if (edit.emergency === undefined) return []
    const later = edits.slice(0, index).reverse()
    const steps = later.findIndex(({ rules }) => !rules.includes(emergencyRules.over))
    const back = steps < 0 ? later : later.slice(0, steps)
    const end = back.at(-1) ?? later[0]
    return [{ from: edit.daysAgo, to: end?.daysAgo ?? Math.max(0, -edit.emergency.daysLeft) }]
  })
}

/** An observation without the numbers of pods that emergencies set: they say nothing about the load. */
export function withoutEmergencies(observation: Observation, edits: readonly PastValue[]): Observation {
  const series = observation.replicas?.series
  const own = series === undefined ? [] : stretches(edits)
  if (series === undefined || own.length === 0) return observation
  const counts = countValues(series)
  for (let slot = 0; slot < counts.length; slot += 1) {
    const daysAgo = ((counts.length - 1 - slot) * series.step) / secondsPerDay
    if (own.some(({ from, to }) => daysAgo <= from && daysAgo >= to)) counts[slot] = Number.NaN
  }
  const left = counts.filter((count) => !Number.isNaN(count))
  if (left.length === 0) return observation
  const replicas: ReplicaHistory = {
    min: left.reduce((low, count) => Math.min(low, count), Number.POSITIVE_INFINITY),
    max: left.reduce((high, count) => Math.max(high, count), 0),
    mean: left.reduce((sum, count) => sum + count, 0) / left.length,
    series: packCounts(series, counts),
  }
  return { ...observation, replicas }
}
