/** HPA targets. Source: https://github.com/mercari/tortoise/blob/main/pkg/recommender/recommender.go */
import type { TortoiseOptions } from './options.ts'
import type { SizedResource } from './size.ts'

/** The target that a Horizontal resource should have; `undefined` for one that has none, or when replicas are at their most. */
export function tortoiseTarget(
  { policy, target, usage, request }: SizedResource,
  replicas: number,
  options: TortoiseOptions,
): number | undefined {
  if (policy !== 'Horizontal' || target === undefined || replicas === options.maximumMaxReplicas)
    return undefined
  const upper = Math.ceil(Math.round((usage / request) * 1e8) / 1e6)
  const wanted = upper < target ? target : 100 - (upper - target)
  const sane = wanted <= 0 || wanted > 100 ? target : wanted
  return Math.max(Math.min(sane, options.maximumTargetUtilization), options.minimumTargetUtilization)
}

/** One step from the present target: not before the interval has passed, up by a bounded number of points, down at once. */
export function steppedTarget(
  present: number,
  wanted: number,
  { hoursAgo, options }: { readonly hoursAgo: number | undefined; readonly options: TortoiseOptions },
): number {
  if (hoursAgo !== undefined && hoursAgo <= options.targetIntervalHours) return present
  return Math.min(wanted, present + options.targetMaxIncrease)
}
