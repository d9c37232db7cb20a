/** Phases and derived policies. Source: https://github.com/mercari/tortoise/blob/main/pkg/tortoise/tortoise.go */
import type { ScalingPolicy } from './size.ts'

/** The update mode that the owner sets. */
export type UpdateMode = 'Off' | 'Auto' | 'Emergency'
/** The phase of a Tortoise. */
export type Phase =
  | ''
  | 'Initializing'
  | 'GatheringData'
  | 'PartlyWorking'
  | 'Working'
  | 'Emergency'
  | 'BackToNormal'
/** The phase of one resource. */
export type ResourcePhase = 'GatheringData' | 'Working' | 'Off'

/** A resource for which data is gathered. */
export interface Watched {
  readonly policy: ScalingPolicy
  readonly gatheringDays: number
}

/** The phase of a resource: Vertical ones work as soon as usage is known, Horizontal ones after a week (or a day) with every slot filled. */
export function resourcePhase(
  { policy, gatheringDays }: Watched,
  slots: { readonly filled: boolean; readonly weekly: boolean },
): ResourcePhase {
  if (policy === 'Off') return 'Off'
  if (policy === 'Vertical') return 'Working'
  return slots.filled && gatheringDays >= (slots.weekly ? 7 : 1) ? 'Working' : 'GatheringData'
}

/** The phase of a Tortoise, from the phases of its resources. */
export function wholePhase(
  resources: readonly ResourcePhase[],
): 'GatheringData' | 'PartlyWorking' | 'Working' {
  const live = resources.filter((phase) => phase !== 'Off')
  const working = live.filter((phase) => phase === 'Working').length
  if (working === live.length) return 'Working'
  return working > 0 ? 'PartlyWorking' : 'GatheringData'
}

/** The phase after applying the mode. An emergency needs a Horizontal resource and a phase in which something works. */
export function phaseFor(mode: UpdateMode, phase: Phase, horizontal: boolean): Phase {
  if (mode === 'Emergency')
    return horizontal && (phase === 'Working' || phase === 'PartlyWorking' || phase === 'BackToNormal')
      ? 'Emergency'
      : phase
  if (phase === 'Emergency') return 'BackToNormal'
  return phase === 'BackToNormal' && !horizontal ? 'Working' : phase
}

/** True when pods are resized to the recommendation. */
export const resizesPods = (mode: UpdateMode, phase: Phase): boolean =>
  mode !== 'Off' && phase !== '' && phase !== 'Initializing' && phase !== 'GatheringData'

/** A container, and which resources it requests. */
export interface PolicySubject {
  readonly container: string
  readonly hasRequest: Readonly<Record<'cpu' | 'memory', boolean>>
}

/** The CPU and memory policies of one container. */
export interface ContainerPolicy {
  readonly container: string
  readonly cpu: ScalingPolicy
  readonly memory: ScalingPolicy
}

/**
 * The policies of containers when the owner sets none. With an HPA: Horizontal for the resources that it scales, else
 * Vertical. Without an HPA: CPU is Horizontal and memory is Vertical. A resource without a request is Off.
 */
export function derivedPolicies(
  containers: readonly PolicySubject[],
  metrics: readonly { readonly container: string; readonly resource: 'cpu' | 'memory' }[] | undefined,
): readonly ContainerPolicy[] {
  return containers.map(({ container, hasRequest }) => {
    const policy = (resource: 'cpu' | 'memory'): ScalingPolicy => {
      if (!hasRequest[resource]) return 'Off'
      if (metrics === undefined) return resource === 'cpu' ? 'Horizontal' : 'Vertical'
      const scaled = metrics.some((metric) => metric.container === container && metric.resource === resource)
      return scaled ? 'Horizontal' : 'Vertical'
    }
    return { container, cpu: policy('cpu'), memory: policy('memory') }
  })
}
