import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import type { ReadField } from './apply.ts'
import { autoscalerOf, demandOf, type RecordedDemand, type Scaled, scale, shortShare } from './scaled.ts'
import { whole } from './span.ts'

/** A workload, and the values of its containers. */
export interface Valued {
  readonly declared: DeclaredWorkload
  readonly read: ReadField
}

/** The pods that run under some values, on the whole of a recorded history. */
export interface RunPods {
  readonly mean: number
  /** Pods on record, on average. */
  readonly recorded: number
  /** Share of the time that pods are asked for more than they request, 0 to 1, where an HPA was simulated. */
  readonly short?: number
  /** Share of the time at the HPA's maximum with more to do, 0 to 1. */
  readonly atMaximum?: number
  readonly scaler?: Autoscaler
  readonly scaled?: { readonly demand: RecordedDemand; readonly run: Scaled }
}

/**
 * The pods of a workload: those of its simulated HPA; without the demand by slot, those on record, more or fewer as its
 * scale point (request × target) falls or rises against `today`; without an HPA, those on record.
 */
export function pods({ declared, read }: Valued, observation: Observation, today?: RunPods): RunPods {
  const recorded = Math.max(observation.replicas?.mean ?? 1, 1e-9)
  const found = autoscalerOf(declared, read)
  if (found === undefined) return { mean: recorded, recorded }
  const { scaler, members } = found
  const demand = today === undefined ? demandOf(observation, members, whole) : today.scaled?.demand
  if (demand === undefined) return { mean: moved(recorded, scaler, today?.scaler), recorded, scaler }
  const run = sameScale(scaler, today?.scaler) ? today?.scaled?.run : undefined
  return simulated({ recorded, scaler }, demand, run)
}

function simulated(
  { recorded, scaler }: { readonly recorded: number; readonly scaler: Autoscaler },
  demand: RecordedDemand,
  known?: Scaled,
): RunPods {
  const start = Math.max(scaler.minReplicas, Math.ceil((demand.values[0] || 0) / scalePoint(scaler)))
  const run = known ?? scale(demand, scaler, Math.min(start, scaler.maxReplicas), demand.step)
  return {
    mean: run.meanPods,
    recorded,
    short: shortShare(demand, run, scaler.request),
    atMaximum: run.run.seconds === 0 ? 0 : run.atMaximumSeconds / run.run.seconds,
    scaler,
    scaled: { demand, run },
  }
}

const scalePoint = ({ request, utilization }: Autoscaler): number => (request * utilization) / 100

/** Where scale point and bounds stay, so do the pods. */
const sameScale = (one: Autoscaler, other: Autoscaler | undefined): boolean =>
  other !== undefined &&
  scalePoint(one) === scalePoint(other) &&
  one.minReplicas === other.minReplicas &&
  one.maxReplicas === other.maxReplicas

function moved(recorded: number, scaler: Autoscaler, today: Autoscaler | undefined): number {
  if (today === undefined) return recorded
  const wanted = (recorded * scalePoint(today)) / scalePoint(scaler)
  return Math.min(Math.max(wanted, scaler.minReplicas), Math.max(scaler.maxReplicas, scaler.minReplicas))
}

/** The pods that an HPA without a minimum would have run. */
interface FreePods {
  readonly first: number
  readonly step: number
  /** By slot of the demand. */
  readonly counts: Float64Array
  readonly podsAt: (time: number) => number
}

/** Simulates a workload's HPA without its minimum; `undefined` where it cannot be simulated. */
export function withoutFloor({ declared, read }: Valued, observation: Observation): FreePods | undefined {
  const found = autoscalerOf(declared, read)
  const demand = found && demandOf(observation, found.members, whole)
  if (found === undefined || demand === undefined) return undefined
  const scaler = { ...found.scaler, minReplicas: 1 }
  const { scaled } = simulated({ recorded: 1, scaler }, demand)
  if (scaled === undefined) return undefined
  const { run, podsAt } = scaled.run
  return { first: demand.first, step: demand.step, counts: run.replicas, podsAt }
}
