import type { Observation } from '../../model/observation.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import { demandOf, type RecordedDemand, type Scaled, scale } from './scaled.ts'
import { whole } from './span.ts'

/** A demand on record, and what an HPA made of it. */
export interface Replayed {
  readonly demand: RecordedDemand
  readonly run: Scaled
}

/** Runs an HPA on the whole of what some containers were recorded to ask for; `undefined` where that is not known. */
export type Replay = (members: readonly string[], scaler: Autoscaler) => Replayed | undefined

/** Replays one observation. What was run once is not run again: with scale point, bounds and its one behaviour, pods are the same. */
export function replayOf(observation: Observation): Replay {
  const demands = new Map<string, RecordedDemand | undefined>()
  const runs = new Map<string, Scaled>()
  return (members, scaler) => {
    const names = members.join(' ')
    if (!demands.has(names)) demands.set(names, demandOf(observation, members, whole))
    const demand = demands.get(names)
    if (demand === undefined) return undefined
    const point = (scaler.request * scaler.utilization) / 100
    const key = [names, Math.round(point * 1e6), scaler.minReplicas, scaler.maxReplicas].join(' ')
    const run = runs.get(key) ?? scale(demand, scaler, firstPods(demand, scaler, point))
    runs.set(key, run)
    return { demand, run }
  }
}

/** The pods to begin with: as many as the first load wants. */
const firstPods = ({ values }: RecordedDemand, scaler: Autoscaler, point: number): number =>
  Math.min(Math.max(scaler.minReplicas, Math.ceil((values[0] || 0) / point)), scaler.maxReplicas)
