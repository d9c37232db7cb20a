import type { Behavior } from '../../../model/behavior.ts'
import { shareAbove } from '../../replay/recorded-demand.ts'
import type { Replay } from '../../replay/replay.ts'

/** An HPA whose target changes while its scale point (request × target) is kept. */
export interface TargetSearch {
  readonly members: readonly string[]
  /** Usage per pod at which the HPA adds a pod, in millicores. */
  readonly scalePoint: number
  /** Current target, in percent. */
  readonly utilization: number
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly behavior?: Behavior | undefined
  /** Lowest and highest target to try, in percent. */
  readonly bounds: { readonly minimum: number; readonly maximum: number }
}

/** A target in percent, and the shares of the time, 0 to 1, in which pods need more CPU than they request. */
export interface SafeTarget {
  readonly target: number
  /** With this target. */
  readonly overload: number
  /** With the current target. */
  readonly overloadToday: number
}

/** Percentage points between the targets that are tried. */
const targetStep = 5
/** Overload that needs no larger request, as a share of the time: about a minute and a half a day. */
const negligibleOverload = 0.001
/** Overload that needs a larger request when that helps, as a share of the time. */
const seriousOverload = 0.01

/**
 * The highest target, which costs least, that is safe for the recorded demand. The HPA is simulated once: its scale point is
 * kept, so the number of pods is the same for every target, and only the requests of the pods differ.
 *
 * The result has no more overload than the current target, or a negligible one. When overload is serious and a lower target
 * ends it, the result is that target; when no target does, the current one. `undefined` when the demand was not recorded by slot.
 */
export function safeTarget(replay: Replay, search: TargetSearch): SafeTarget | undefined {
  const { scalePoint, utilization, minReplicas, maxReplicas, behavior, bounds } = search
  const request = (scalePoint * 100) / utilization
  const declaredBehavior = behavior === undefined ? {} : { behavior }
  const scaler = { minReplicas, maxReplicas, utilization, request, ...declaredBehavior }
  const simulation = replay(search.members, scaler)?.pods.simulation
  if (simulation === undefined || simulation.podLoads.length === 0) return undefined
  const at = (target: number): Omit<SafeTarget, 'overloadToday'> => ({
    target,
    overload: shareAbove(simulation, (scalePoint * 100) / target),
  })
  const { overload: overloadToday } = at(utilization)
  const tried = targetsWithin(bounds, utilization).map(at)
  const accepted = Math.max(overloadToday, negligibleOverload)
  const highest = tried.find(({ overload }) => overload <= accepted) ?? at(utilization)
  const lower =
    highest.overload > seriousOverload ? tried.find(({ overload }) => overload <= seriousOverload) : undefined
  return { ...(lower ?? highest), overloadToday }
}

/** Targets to try, the highest first; the current one is among them. */
function targetsWithin({ minimum, maximum }: TargetSearch['bounds'], today: number): readonly number[] {
  const count = Math.floor((maximum - minimum) / targetStep) + 1
  const steps = Array.from({ length: count }, (_, step) => maximum - step * targetStep)
  return [...new Set([...steps, today, minimum])].sort((one, other) => other - one)
}
