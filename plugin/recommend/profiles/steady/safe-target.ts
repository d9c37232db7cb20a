import type { Behavior } from '../../../model/behavior.ts'
import type { HpaSimulation } from '../../hpa/simulate.ts'
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
  /** True when a higher minimum of the HPA may be part of the result. */
  readonly mayRaiseMinimum?: boolean
}

/** A target in percent, and the shares of the time, 0 to 1, in which pods need more CPU than they request. */
export interface SafeTarget {
  readonly target: number
  /** The minimum of the HPA with which this target is safe. */
  readonly minReplicas: number
  /** With this target. */
  readonly overload: number
  /** With the current target. */
  readonly overloadToday: number
  /** Requested CPU with this target, as a multiple of that with the current one. */
  readonly cost: number
}

/** Percentage points between the targets that are tried, up to the usual ones and above them. */
const targetSteps = { usual: 5, high: 1 } as const
/** Targets up to this one are usual, in percent: what exceeds a request within a sample is covered by the rest of it. */
const usualTarget = 80
/** Overload that needs no larger request, as a share of the time: a minute and a half a day for usual targets, under five minutes a week above. */
const negligibleOverload = { usual: 0.001, high: 0.00045 } as const
/** Overload that needs a larger request when that helps, as a share of the time. */
const seriousOverload = 0.01
/** Minimums to try, as multiples of the pods that the HPA runs half of the time. */
const minimumFactors = [1.15, 1.3, 1.5, 1.75, 2, 2.5]
/** A higher minimum must save so much, as a share of the cost. */
const leastSaving = 0.03

/**
 * The cheapest target that is safe for the recorded demand. The HPA is simulated once for each minimum: its scale point is
 * kept, so the number of pods is the same for every target, and only the requests of the pods differ.
 *
 * The result has no more overload than the current target, or a negligible one. When overload is serious and a lower target
 * ends it, the result is that target; when no target does, the current one. Where bursts keep the target low, a higher
 * minimum with a higher target can cost less: pods for the burst run before it. `undefined` when the demand was not recorded by slot.
 */
export function safeTarget(replay: Replay, search: TargetSearch): SafeTarget | undefined {
  const today = simulated(replay, search, search.minReplicas)
  if (today === undefined) return undefined
  const request = (target: number): number => (search.scalePoint * 100) / target
  const overloadToday = shareAbove(today, request(search.utilization))
  const costToday = today.podSeconds * request(search.utilization)
  const finish = (simulation: HpaSimulation, minReplicas: number, target: number): SafeTarget => ({
    target,
    minReplicas,
    overload: shareAbove(simulation, request(target)),
    overloadToday,
    cost: costToday === 0 ? 1 : (simulation.podSeconds * request(target)) / costToday,
  })
  const target = highestSafe(today, search, overloadToday)
  const kept = finish(today, search.minReplicas, target ?? search.utilization)
  const lower = kept.overload > seriousOverload ? endsOverload(today, search) : undefined
  if (lower !== undefined) return finish(today, search.minReplicas, lower)
  if (search.mayRaiseMinimum !== true || kept.target >= search.bounds.maximum) return kept
  const raised = minimumsToTry(today, search).flatMap((minReplicas) => {
    const simulation = simulated(replay, search, minReplicas)
    const safe = simulation && highestSafe(simulation, search, overloadToday)
    const found = simulation && safe !== undefined ? [finish(simulation, minReplicas, safe)] : []
    // Where pods are short often, a saving must end that rather than keep it.
    return found.filter(({ overload }) => overload <= seriousOverload)
  })
  return raised.reduce(
    (best, one) => (one.cost < Math.min(best.cost, kept.cost - leastSaving) ? one : best),
    kept,
  )
}

function simulated(replay: Replay, search: TargetSearch, minReplicas: number): HpaSimulation | undefined {
  const { scalePoint, utilization, maxReplicas, behavior, members } = search
  const request = (scalePoint * 100) / utilization
  const declared = behavior === undefined ? {} : { behavior }
  const simulation = replay(members, { minReplicas, maxReplicas, utilization, request, ...declared })?.pods
    .simulation
  return simulation === undefined || simulation.podLoads.length === 0 ? undefined : simulation
}

/** The highest target with no more overload than today, or a negligible one. */
function highestSafe(
  simulation: HpaSimulation,
  { bounds, utilization, scalePoint }: TargetSearch,
  overloadToday: number,
): number | undefined {
  return targetsWithin(bounds, utilization).find((target) => {
    const accepted =
      target > usualTarget
        ? Math.max(Math.min(overloadToday, seriousOverload), negligibleOverload.high)
        : Math.max(overloadToday, negligibleOverload.usual)
    return shareAbove(simulation, (scalePoint * 100) / target) <= accepted
  })
}

const endsOverload = (simulation: HpaSimulation, { bounds, utilization, scalePoint }: TargetSearch) =>
  targetsWithin(bounds, utilization).find(
    (target) => shareAbove(simulation, (scalePoint * 100) / target) <= seriousOverload,
  )

/** Targets to try, the highest first; the current one is among them. */
function targetsWithin({ minimum, maximum }: TargetSearch['bounds'], today: number): readonly number[] {
  const usual = Math.min(maximum, usualTarget)
  const low = Array.from(
    { length: Math.floor((usual - minimum) / targetSteps.usual) + 1 },
    (_, step) => usual - step * targetSteps.usual,
  )
  const high = Array.from(
    { length: Math.max(0, Math.floor((maximum - usualTarget) / targetSteps.high)) },
    (_, step) => maximum - step * targetSteps.high,
  )
  return [...new Set([...high, ...low, today, minimum])].sort((one, other) => other - one)
}

/** Minimums above today's and below today's maximum, from the pods that run half of the time. */
function minimumsToTry(
  { replicas }: HpaSimulation,
  { minReplicas, maxReplicas }: TargetSearch,
): readonly number[] {
  const counts = replicas.filter((pods) => !Number.isNaN(pods)).sort()
  const half = counts[Math.floor(counts.length / 2)] ?? minReplicas
  const tried = minimumFactors.map((factor) => Math.ceil(half * factor))
  return [...new Set(tried)].filter((pods) => pods > minReplicas && pods < maxReplicas)
}
