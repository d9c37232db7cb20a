import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import type { ReadField } from './apply.ts'
import { type Replay, replayOf } from './replay.ts'
import { autoscalerOf, shareAbove } from './scaled.ts'

/** A workload, and the values of its containers. */
export interface Valued {
  readonly declared: DeclaredWorkload
  readonly read: ReadField
  /** Replays its history; one that has run before need not run again. */
  readonly replay?: Replay | undefined
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
}

/**
 * The pods of a workload: those of its simulated HPA; without the demand by slot, those on record, more or fewer as its
 * scale point (request × target) falls or rises against `today`; without an HPA, those on record.
 */
export function pods({ declared, read, replay }: Valued, observation: Observation, today?: RunPods): RunPods {
  const recorded = Math.max(observation.replicas?.mean ?? 1, 1e-9)
  const found = autoscalerOf(declared, read)
  if (found === undefined) return { mean: recorded, recorded }
  const { scaler, members } = found
  const replayed = (replay ?? replayOf(observation))(members, scaler)
  if (replayed === undefined) return { mean: moved(recorded, scaler, today?.scaler), recorded, scaler }
  const { run } = replayed
  return {
    mean: run.meanPods,
    recorded,
    short: shareAbove(run.run, scaler.request),
    atMaximum: run.run.seconds === 0 ? 0 : run.atMaximumSeconds / run.run.seconds,
    scaler,
  }
}

const scalePoint = ({ request, utilization }: Autoscaler): number => (request * utilization) / 100

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
export function withoutFloor(
  { declared, read, replay }: Valued,
  observation: Observation,
): FreePods | undefined {
  const found = autoscalerOf(declared, read)
  const replayed =
    found && (replay ?? replayOf(observation))(found.members, { ...found.scaler, minReplicas: 1 })
  if (replayed === undefined) return undefined
  const { demand, run } = replayed
  return { first: demand.first, step: demand.step, counts: run.run.replicas, podsAt: run.podsAt }
}
