import type { Reason } from '../../../model/recommendation.ts'
import { reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { shareText } from '../../format.ts'
import type { ScaledPods } from '../../profile.ts'
import { replayOf } from '../../replay/replay.ts'
import { type SafeTarget, safeTarget } from './safe-target.ts'

/** The lowest and highest target, in percent, and the reason when the HPA was simulated. */
export interface TargetBounds {
  readonly bounds: { readonly minimum: number; readonly maximum: number }
  readonly simulated: readonly Reason[]
}

/**
 * The bounds of an HPA's target: those of the settings, extended to the current target. When the HPA can be simulated, the
 * maximum is the highest target that is safe for the recorded demand. `scalePoint` is in millicores.
 */
export function targetBounds(
  { members, utilization, subject }: ScaledPods,
  scalePoint: number,
  evidence: Evidence,
): TargetBounds {
  const { targetUtilization } = evidence.options
  const bounds = {
    minimum: Math.min(targetUtilization.minimum, utilization),
    maximum: Math.max(targetUtilization.maximum, utilization),
  }
  const { minReplicas = 1, maxReplicas, behavior } = subject.declared.autoscaler ?? {}
  if (maxReplicas === undefined) return { bounds, simulated: [] }
  const safe = safeTarget(subject.replay ?? replayOf(evidence.observation), {
    members: members.map(({ declared }) => declared.name),
    scalePoint,
    utilization,
    minReplicas,
    maxReplicas,
    behavior,
    bounds,
  })
  if (safe === undefined) return { bounds, simulated: [] }
  return {
    bounds: { ...bounds, maximum: safe.target },
    simulated: [reason('hpa.simulated', simulationText(safe))],
  }
}

const simulationText = ({ target, overload, overloadToday }: SafeTarget): string =>
  `Simulated on the recorded load, a target of ${target} % leaves pods short of CPU for ${shareText(overload)} of the time (${shareText(overloadToday)} today).`
