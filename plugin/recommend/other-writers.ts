import type { Reason } from '../model/recommendation.ts'
import { countValues, usageValues } from '../model/series.ts'
import { cpuScale } from '../model/sketch.ts'
import type { Surroundings, Vertical, VerticalPolicy } from '../model/surroundings.ts'
import { reason } from './advice.ts'
import { resourceText } from './format.ts'
import type { WorkloadInput } from './workload-input.ts'

type Resource = 'cpu' | 'memory'

/** Why a resource of a container is kept as it is: something else writes it. `undefined` when nothing does. */
export function writtenBy(
  { verticals, scalers }: Surroundings,
  container: string,
  resource: Resource,
): Reason | undefined {
  const vertical = verticals.find((one) => owns(one, container, resource))
  if (vertical !== undefined)
    return reason(
      'writer.vpa',
      `${vertical.said} sets the ${resourceText(resource)} of its pods (mode ${vertical.mode}), so Tortoise does not.`,
    )
  const scaler = scalers.find(({ autoscaler: { targets } }) =>
    targets.some((target) => target.resource === resource && (target.container ?? container) === container),
  )
  return scaler === undefined
    ? undefined
    : reason(
        'writer.hpa',
        `${scaler.said} scales the pods by ${resourceText(resource)}. Its target and the request must change together, and they are not in one source, so both are kept.`,
      )
}

function owns({ mode, policies }: Vertical, container: string, resource: Resource): boolean {
  if (mode === 'Off') return false
  const policy = policyOf(policies, container)
  return policy === undefined || (!policy.isOff && policy.resources.includes(resource))
}

const policyOf = (policies: readonly VerticalPolicy[], container: string): VerticalPolicy | undefined =>
  policies.find((one) => one.container === container) ?? policies.find((one) => one.container === '*')

/** Numbers of pods that show scaling, and their agreement with the load: Pearson's correlation. */
const leastLevels = 3
const leastAgreement = 0.6

/**
 * Whether the number of pods follows the load although nothing that scales them is known. The usage of a pod is then a result
 * of its request, which something scales by, and a lower request would only make more pods.
 */
export function scalesUnseen({ declared, observation, surroundings }: WorkloadInput): boolean {
  const replicas = observation?.replicas
  const load = observation?.containers.find(({ cpu }) => cpu?.total !== undefined)?.cpu?.total
  const isKnown = declared.autoscaler !== undefined || (surroundings?.scalers.length ?? 0) > 0
  if (isKnown || replicas?.series === undefined || load === undefined) return false
  if (replicas.min === 0 || replicas.max < 1.5 * replicas.min) return false
  const [pods, total] = [countValues(replicas.series), usageValues(load, cpuScale)]
  const levels = new Set(pods)
  levels.delete(Number.NaN)
  return levels.size >= leastLevels && correlation(pods, total) >= leastAgreement
}

/** Pearson's correlation of the slots in which both are known, -1 to 1; 0 where one does not vary. */
function correlation(left: Float64Array, right: Float64Array): number {
  const sums = { count: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 }
  for (let slot = 0; slot < Math.min(left.length, right.length); slot += 1) {
    const [x, y] = [left[slot] ?? Number.NaN, right[slot] ?? Number.NaN]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    sums.count += 1
    sums.x += x
    sums.y += y
    sums.xx += x * x
    sums.yy += y * y
    sums.xy += x * y
  }
  const { count, x, y, xx, yy, xy } = sums
  const spread = Math.sqrt((count * xx - x * x) * (count * yy - y * y))
  return spread > 0 ? (count * xy - x * y) / spread : 0
}

/** Why the CPU request of a workload is not lowered that something unknown scales. */
export const unseenScaler = reason(
  'writer.unseen',
  'The number of pods follows the load, but nothing is known that scales them. A lower CPU request could make more pods, so it is kept.',
)
