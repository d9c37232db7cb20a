import type { Observation } from '../model/observation.ts'
import { demandOf, scale, shortShare } from './backtest/scaled.ts'
import { whole } from './backtest/span.ts'

/** An HPA whose scale point is kept while its target moves. */
export interface KeptScale {
  readonly members: readonly string[]
  /** Usage of a pod at which the HPA scales, in millicores. */
  readonly scalePoint: number
  readonly utilization: number
  readonly minReplicas: number
  readonly maxReplicas: number
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
/** Overload that is a reason to ask for more, whatever it is today. */
const harmful = 0.01

/**
 * The highest target that the recorded demand bears: the HPA is simulated at each, with the request that keeps its scale
 * point, so that the number of pods stays and only their room changes. None is worse than today's, unless harmless, and
 * none leaves pods short for more than one part in a hundred where a lower one would not. `undefined` without a series.
 */
export function safeTarget(observation: Observation, kept: KeptScale): SafeTarget | undefined {
  const demand = demandOf(observation, kept.members, whole)
  if (demand === undefined) return undefined
  const { scalePoint, utilization, minReplicas, maxReplicas, bounds } = kept
  // The scale point is the same at every target, hence so are the pods: one run serves all.
  const scaled = scale(
    demand,
    { minReplicas, maxReplicas, utilization, request: (scalePoint * 100) / utilization },
    Math.max(minReplicas, Math.ceil((demand.values[0] || 0) / scalePoint)),
    demand.step,
  )
  if (scaled.run.seconds === 0) return undefined
  const overloadAt = (target: number): number => shortShare(demand, scaled, (scalePoint * 100) / target)
  const overloadToday = overloadAt(utilization)
  const allowed = Math.min(Math.max(overloadToday, harmless), harmful)
  for (let target = bounds.maximum; target > bounds.minimum; target -= points) {
    const overload = overloadAt(target)
    if (overload <= allowed) return { target, overload, overloadToday }
  }
  return { target: bounds.minimum, overload: overloadAt(bounds.minimum), overloadToday }
}
