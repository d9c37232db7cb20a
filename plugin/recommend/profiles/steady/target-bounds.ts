import type { DeclaredAutoscaler } from '../../../model/declared.ts'
import { plural } from '../../../model/plural.ts'
import type { Reason } from '../../../model/recommendation.ts'
import { reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { shareText } from '../../format.ts'
import type { ScaledPods } from '../../profile.ts'
import type { ReplayInput } from '../../replay/pods.ts'
import { autoscalerOf } from '../../replay/recorded-demand.ts'
import { replayOf } from '../../replay/replay.ts'
import { type SafeTarget, safeTarget } from './safe-target.ts'

/** The lowest and highest target, in percent, and the reason when the HPA was simulated. */
export interface TargetBounds {
  readonly bounds: { readonly minimum: number; readonly maximum: number }
  readonly simulated: readonly Reason[]
}

/**
 * The bounds of an HPA's target: those of the settings, extended to the current target. When the HPA can be simulated, the
 * maximum is the cheapest target that is safe for the recorded demand. `scalePoint` is in millicores.
 */
export function targetBounds(
  { members, utilization, subject }: ScaledPods,
  scalePoint: number,
  evidence: Evidence,
): TargetBounds {
  const bounds = allowedTargets(utilization, evidence)
  const { autoscaler } = subject.declared
  if (autoscaler?.maxReplicas === undefined) return { bounds, simulated: [] }
  const safe = safeTarget(subject.replay ?? replayOf(evidence.observation), {
    members: members.map(({ declared }) => declared.name),
    scalePoint,
    utilization,
    minReplicas: autoscaler.minReplicas ?? 1,
    maxReplicas: autoscaler.maxReplicas,
    behavior: autoscaler.behavior,
    bounds,
    mayRaiseMinimum: mayRaiseMinimum(autoscaler),
  })
  if (safe === undefined) return { bounds, simulated: [] }
  return {
    bounds: { ...bounds, maximum: safe.target },
    simulated: [reason('hpa.simulated', simulationText(safe, autoscaler.minReplicas))],
  }
}

/** The targets that settings allow, and the current one. */
function allowedTargets(utilization: number, { options: { targetUtilization } }: Evidence) {
  return {
    minimum: Math.min(targetUtilization.minimum, utilization),
    maximum: Math.max(targetUtilization.maximum, utilization),
  }
}

/** True when Git declares a minimum that is neither 0 nor equal to the maximum, and CPU is the only target. */
const mayRaiseMinimum = ({ minReplicas, maxReplicas, targets }: DeclaredAutoscaler): boolean =>
  minReplicas !== undefined && minReplicas > 0 && minReplicas < (maxReplicas ?? 0) && targets.length === 1

/**
 * The scaling that `targetBounds` chooses for a workload with one CPU target, for the rule of its minimum. `undefined` when
 * it cannot be simulated.
 */
export function jointScaling(input: ReplayInput, evidence: Evidence): SafeTarget | undefined {
  const { autoscaler } = input.declared
  const found = autoscalerOf(input.declared, input.read)
  if (found === undefined || autoscaler === undefined || !mayRaiseMinimum(autoscaler)) return undefined
  const { scaler, members } = found
  return safeTarget(input.replay ?? replayOf(evidence.observation), {
    ...scaler,
    members,
    scalePoint: (scaler.request * scaler.utilization) / 100,
    bounds: allowedTargets(scaler.utilization, evidence),
    mayRaiseMinimum: true,
  })
}

function simulationText(
  { target, overload, overloadToday, minReplicas, cost }: SafeTarget,
  minimum = minReplicas,
): string {
  const pods = minReplicas > minimum ? ` and a minimum of ${plural(minReplicas, 'pod')}` : ''
  const change = Math.round(Math.abs(cost - 1) * 100)
  const compared =
    change === 0 ? 'as much CPU as today' : `${change} % ${cost < 1 ? 'less' : 'more'} CPU than today`
  return `Simulated on the recorded load, a target of ${target} %${pods} requests ${compared} and leaves pods short of CPU for ${shareText(overload)} of the time (${shareText(overloadToday)} today).`
}
