import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import type { ReadField } from './apply.ts'
import { autoscalerOf, shareAbove } from './recorded-demand.ts'
import { type Replay, replayOf } from './replay.ts'

/** A workload and the values to replay its history under. */
export interface ReplayInput {
  readonly declared: DeclaredWorkload
  /** Reads the values of its containers. */
  readonly read: ReadField
  /** Replays the history with a cache; left out when there is none. */
  readonly replay?: Replay | undefined
}

/** The pods that run under some values, over the whole recorded history. */
export interface PodOutcome {
  readonly mean: number
  /** Mean number of pods as recorded. */
  readonly recorded: number
  /** Share of the time, 0 to 1, in which pods need more CPU than they request; only when an HPA was simulated. */
  readonly short?: number
  /** Share of the time, 0 to 1, at the HPA's maximum with more demand than its target. */
  readonly atMaximum?: number
  readonly scaler?: Autoscaler
}

/**
 * The pods of a workload under its values. With an HPA and a demand recorded by slot: the pods of the simulated HPA.
 * With an HPA alone: the recorded pods, scaled by the change of the scale point (request × target) against `today`.
 * Without an HPA: the recorded pods.
 */
export function podOutcome(
  { declared, read, replay }: ReplayInput,
  observation: Observation,
  today?: PodOutcome,
): PodOutcome {
  const recorded = Math.max(observation.replicas?.mean ?? 1, 1e-9)
  const found = autoscalerOf(declared, read)
  if (found === undefined) return { mean: recorded, recorded }
  const { scaler, members } = found
  const replayed = (replay ?? replayOf(observation))(members, scaler)
  if (replayed === undefined)
    return { mean: podsByScalePoint(recorded, scaler, today?.scaler), recorded, scaler }
  const { pods } = replayed
  return {
    mean: pods.mean,
    recorded,
    short: shareAbove(pods.simulation, scaler.request),
    atMaximum: pods.simulation.seconds === 0 ? 0 : pods.simulation.atMaximumSeconds / pods.simulation.seconds,
    scaler,
  }
}

const scalePoint = ({ request, utilization }: Autoscaler): number => (request * utilization) / 100

function podsByScalePoint(recorded: number, scaler: Autoscaler, today: Autoscaler | undefined): number {
  if (today === undefined) return recorded
  const pods = (recorded * scalePoint(today)) / scalePoint(scaler)
  return Math.min(Math.max(pods, scaler.minReplicas), Math.max(scaler.maxReplicas, scaler.minReplicas))
}

/** The pods that an HPA with a minimum of 1 would have run. */
export interface FreePods {
  /** Time of the first slot, in seconds since 1970, and seconds between slots. */
  readonly first: number
  readonly step: number
  /** Number of pods by slot. */
  readonly counts: Float64Array
  readonly podsAt: (time: number) => number
}

/** Simulates a workload's HPA with a minimum of 1; `undefined` when it cannot be simulated. */
export function podsWithoutMinimum(
  { declared, read, replay }: ReplayInput,
  observation: Observation,
): FreePods | undefined {
  const found = autoscalerOf(declared, read)
  const replayed =
    found && (replay ?? replayOf(observation))(found.members, { ...found.scaler, minReplicas: 1 })
  if (replayed === undefined) return undefined
  const { demand, pods } = replayed
  return { first: demand.first, step: demand.step, counts: pods.simulation.replicas, podsAt: pods.at }
}
