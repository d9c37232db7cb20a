import type { Observation } from '../../model/observation.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import { demandOf, type RecordedDemand, type SimulatedPods, simulateDemand } from './recorded-demand.ts'
import { wholeRecording } from './span.ts'

/** A recorded demand and the pods that an HPA would have run for it. */
export interface ReplayedDemand {
  readonly demand: RecordedDemand
  readonly pods: SimulatedPods
}

/** Simulates an HPA on the whole recorded CPU demand of some containers; `undefined` when the demand is not recorded by slot. */
export type Replay = (members: readonly string[], scaler: Autoscaler) => ReplayedDemand | undefined

/**
 * Makes the replay of one observation. Simulations are cached by containers, scale point and replica bounds: with these and
 * the one behaviour of the HPA, the pods are the same.
 */
export function replayOf(observation: Observation): Replay {
  const demands = new Map<string, RecordedDemand | undefined>()
  const simulated = new Map<string, SimulatedPods>()
  return (members, scaler) => {
    const names = members.join(' ')
    if (!demands.has(names)) demands.set(names, demandOf(observation, members, wholeRecording))
    const demand = demands.get(names)
    if (demand === undefined) return undefined
    const point = (scaler.request * scaler.utilization) / 100
    const key = [names, Math.round(point * 1e6), scaler.minReplicas, scaler.maxReplicas].join(' ')
    const pods = simulated.get(key) ?? simulateDemand(demand, scaler, firstPods(demand, scaler, point))
    simulated.set(key, pods)
    return { demand, pods }
  }
}

/** The number of pods at the start: what the first load needs, within the bounds. */
const firstPods = ({ values }: RecordedDemand, scaler: Autoscaler, point: number): number =>
  Math.min(Math.max(scaler.minReplicas, Math.ceil((values[0] || 0) / point)), scaler.maxReplicas)
