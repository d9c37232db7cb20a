import { tortoiseDefaults } from '../../../../../plugin/recommend/profiles/tortoise/default-options.ts'
import {
  type ScalingPolicy,
  type SizedPods,
  type SizedResource,
  tortoiseSizes,
} from '../../../../../plugin/recommend/profiles/tortoise/size.ts'
import type { TortoiseOptions } from '../../../../../plugin/recommend/recommend-options.ts'

/*
 * Vectors of Tortoise's own tests by number (1–67, 70) and figures derived from its formulas (d1–d6).
 * Left out: 39's update of metrics other than External, 58 and 71–78: they test objects in a cluster (creating, deleting
 * and admitting HPAs and Tortoises, metrics that fail right now), which a scheduled job on Git does not have.
 * Fixed here, and as published only with `asPublished`: the shrink floor above the ceiling (d6) and the jumping floor of maxima (d5).
 */
export const mi = 1024 ** 2 * 1000
export const gi = 1024 * mi
export const options = (more: Partial<TortoiseOptions>): TortoiseOptions => ({ ...tortoiseDefaults, ...more })

export const suiteA = options({ minimumTargetUtilization: 40, maximumMaxReplicas: 1000 })

export const suiteC = options({
  minimumRequest: { cpu: 5, memory: 5 * mi },
  minimumRequestPerContainer: { 'istio-proxy': { cpu: 7, memory: 7 * mi } },
  maximumRequest: { cpu: 1000, memory: gi },
  maxScalingDownRatio: 0,
  bufferRatio: 0,
  minimumMinReplicas: 0,
})

export interface Vector {
  readonly policies: readonly [ScalingPolicy, ScalingPolicy]
  readonly request: readonly [number, number]
  readonly usage: readonly [number, number]
  readonly targets?: readonly [number, number]
  readonly least?: readonly [number, number]
  readonly most?: readonly [number, number]
  readonly container?: string
}

export function resourcesOf(vector: Vector): readonly SizedResource[] {
  return (['cpu', 'memory'] as const).map((resource, at) => ({
    container: vector.container ?? 'app',
    resource,
    policy: vector.policies[at] ?? 'Off',
    request: vector.request[at] ?? 0,
    usage: vector.usage[at] ?? 0,
    ...(vector.targets && { target: vector.targets[at] ?? 0 }),
    ...(vector.least && { minimum: vector.least[at] ?? 0 }),
    ...(vector.most && { maximum: vector.most[at] ?? 0 }),
  }))
}

export function sizesOf(
  vector: Vector,
  pods: Omit<SizedPods, 'resources'>,
  more: Partial<TortoiseOptions> = {},
) {
  const { sizes, stamp } = tortoiseSizes({ ...pods, resources: resourcesOf(vector) }, { ...suiteC, ...more })
  return { sizes: sizes.map(({ value }) => value), stamp }
}
