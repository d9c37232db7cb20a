import type { Behavior } from '../../../model/behavior.ts'
import type { Replay } from '../../replay/replay.ts'
import { shareAbove } from '../../replay/scaled.ts'

/** An HPA whose scale point is kept while its target moves. */
export interface KeptScale {
  readonly members: readonly string[]
  /** Usage of a pod at which the HPA scales, in millicores. */
  readonly scalePoint: number
  readonly utilization: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly behavior?: Behavior | undefined
  /** Highest and lowest target that may be tried, in percent. */
  readonly bounds: { readonly minimum: number; readonly maximum: number }
}

/** A target, and what the recorded demand would have come to at it. */
export interface SafeTarget {
  readonly target: number
  /** Share of the time in which pods were asked for more than they request, 0 to 1. */
  readonly overload: number
  readonly overloadToday: number
}

const points = 5
/** Overload that is no reason to ask for more; about a minute and a half a day. */
const harmless = 0.001
/** Overload that is a reason to ask for more, where that helps. */
const harmful = 0.01

/**
 * The highest target, and so the least cost, that the recorded demand bears: the HPA is simulated once with its scale
 * point kept, so that the number of pods stays at every target and only their room changes. None is worse than today's,
 * unless harmless. A lower one than today's is asked for where pods are short for more than one part in a hundred and
 * it ends that; where demand leaps so high that none would, today's stays. `undefined` without a series.
 */
export function safeTarget(replay: Replay, kept: KeptScale): SafeTarget | undefined {
  const { scalePoint, utilization, minReplicas, maxReplicas, behavior, bounds } = kept
  const request = (scalePoint * 100) / utilization
  const moves = behavior === undefined ? {} : { behavior }
  const scaler = { minReplicas, maxReplicas, utilization, request, ...moves }
  const run = replay(kept.members, scaler)?.run.run
  if (run === undefined || run.podLoads.length === 0) return undefined
  const at = (target: number): Omit<SafeTarget, 'overloadToday'> => ({
    target,
    overload: shareAbove(run, (scalePoint * 100) / target),
  })
  const { overload: overloadToday } = at(utilization)
  const tried = targetsWithin(bounds, utilization).map(at)
  const bearable = Math.max(overloadToday, harmless)
  const highest = tried.find(({ overload }) => overload <= bearable) ?? at(utilization)
  const calm = highest.overload > harmful ? tried.find(({ overload }) => overload <= harmful) : undefined
  return { ...(calm ?? highest), overloadToday }
}

/** Targets to try, the highest first; today's among them. */
function targetsWithin({ minimum, maximum }: KeptScale['bounds'], today: number): readonly number[] {
  const count = Math.floor((maximum - minimum) / points) + 1
  const steps = Array.from({ length: count }, (_, step) => maximum - step * points)
  return [...new Set([...steps, today, minimum])].sort((one, other) => other - one)
}
