/** HPA targets. Source: https://github.com/mercari/tortoise/blob/main/pkg/recommender/recommender.go */
import type { TortoiseOptions } from '../../recommend-options.ts'
import type { SizedResource } from './size.ts'

/** Wanted target of a Horizontal resource, in percent; `undefined` when it has no target, or at `maximumMaxReplicas`. */
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

/** The target after one step, in percent: unchanged until the interval has passed, then up by `targetMaxIncrease` at most, or down at once. */
export function steppedTarget(
  current: number,
  wanted: number,
  { hoursAgo, options }: { readonly hoursAgo: number | undefined; readonly options: TortoiseOptions },
): number {
  if (hoursAgo !== undefined && hoursAgo <= options.targetIntervalHours) return current
  return Math.min(wanted, current + options.targetMaxIncrease)
}
