/** Phases and derived policies. Source: https://github.com/mercari/tortoise/blob/main/pkg/tortoise/tortoise.go */
import type { ScalingPolicy } from './size.ts'

/** What the owner asked for. */
export type UpdateMode = 'Off' | 'Auto' | 'Emergency'
/** Where a Tortoise stands. */
export type Phase =
  | ''
  | 'Initializing'
  | 'GatheringData'
  | 'PartlyWorking'
  | 'Working'
  | 'Emergency'
  | 'BackToNormal'
/** Where one resource stands. */
export type ResourcePhase = 'GatheringData' | 'Working' | 'Off'

/** A resource that is being watched. */
export interface Watched {
  readonly policy: ScalingPolicy
  readonly gatheringDays: number
}

/** A Vertical resource works as soon as the usage is known; a Horizontal one after a week (a day) of filled slots. */
export function resourcePhase(
  { policy, gatheringDays }: Watched,
  slots: { readonly filled: boolean; readonly weekly: boolean },
): ResourcePhase {
  if (policy === 'Off') return 'Off'
  if (policy === 'Vertical') return 'Working'
  return slots.filled && gatheringDays >= (slots.weekly ? 7 : 1) ? 'Working' : 'GatheringData'
}

/** The phase of the whole from the phases of its resources. */
export function wholePhase(
  resources: readonly ResourcePhase[],
): 'GatheringData' | 'PartlyWorking' | 'Working' {
  const live = resources.filter((phase) => phase !== 'Off')
  const working = live.filter((phase) => phase === 'Working').length
  if (working === live.length) return 'Working'
  return working > 0 ? 'PartlyWorking' : 'GatheringData'
}

/** What the mode makes of the phase; an emergency is only taken from where something works and scales horizontally. */
export function phaseFor(mode: UpdateMode, phase: Phase, horizontal: boolean): Phase {
  if (mode === 'Emergency')
    return horizontal && (phase === 'Working' || phase === 'PartlyWorking' || phase === 'BackToNormal')
      ? 'Emergency'
      : phase
  if (phase === 'Emergency') return 'BackToNormal'
  return phase === 'BackToNormal' && !horizontal ? 'Working' : phase
}

/** True when pods get what is recommended. */
export const resizesPods = (mode: UpdateMode, phase: Phase): boolean =>
  mode !== 'Off' && phase !== '' && phase !== 'Initializing' && phase !== 'GatheringData'

/** A container as far as its policy can be derived. */
export interface PolicySubject {
  readonly container: string
  readonly hasRequest: Readonly<Record<'cpu' | 'memory', boolean>>
}

/** Both policies of one container. */
export interface ContainerPolicy {
  readonly container: string
  readonly cpu: ScalingPolicy
  readonly memory: ScalingPolicy
}

/**
 * Policies where the owner gives none: what an HPA scales is Horizontal and all else Vertical; without an HPA, CPU is
 * Horizontal and memory Vertical; what has no request is Off.
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
