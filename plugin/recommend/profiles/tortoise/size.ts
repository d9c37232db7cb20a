/** Request sizes. Source: https://github.com/mercari/tortoise/blob/main/pkg/recommender/recommender.go */
import type { TortoiseOptions } from './options.ts'

/** What decides the direction a resource is scaled in. */
export type ScalingPolicy = 'Horizontal' | 'Vertical' | 'Off'

/** One resource of one container, in the integers of `TortoiseOptions`. */
export interface SizedResource {
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  readonly policy: ScalingPolicy
  readonly request: number
  /** The usage input M. */
  readonly usage: number
  /** The HPA's present target, where it has a metric for this resource. */
  readonly target?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** A workload's pods, all resources of all containers. */
export interface SizedPods {
  readonly resources: readonly SizedResource[]
  /** Desired replicas now. */
  readonly replicas: number
  readonly hpaMin: number
  /** Minutes since growth at the preferred replicas was last stamped; absent when it never was, or was taken back. */
  readonly stampedMinutesAgo?: number
}

/** New sizes in the order of the resources, and what becomes of the growth stamp. */
export interface Sizes {
  readonly sizes: readonly SizeAnswer[]
  readonly stamp: 'now' | 'off' | 'kept'
}

/** One size and the rule that gave it. */
export interface SizeAnswer {
  readonly value: number
  readonly rule: string
}

/** Sizes every resource of a workload. */
export function tortoiseSizes(pods: SizedPods, options: TortoiseOptions): Sizes {
  const horizontal = pods.resources.filter(({ policy }) => policy === 'Horizontal').length
  const { grow, stamp } = horizontal === 0 ? ({ grow: false, stamp: 'kept' } as const) : growth(pods, options)
  const sizes = pods.resources.map((one) =>
    one.policy === 'Off'
      ? { value: one.request, rule: 'tortoise.off' }
      : one.policy === 'Vertical'
        ? vertical(one, options)
        : horizontalSize(one, { pods, grow, horizontal }, options),
  )
  return { sizes, stamp }
}

/** Pods grow when there are too many of them: not in the first half hour, then a step each half hour. */
function growth(
  { replicas, hpaMin, stampedMinutesAgo }: SizedPods,
  options: TortoiseOptions,
): { readonly grow: boolean; readonly stamp: Sizes['stamp'] } {
  if (replicas < options.preferredMaxReplicas) return { grow: false, stamp: 'off' }
  if (!options.growAtPreferredReplicas || hpaMin >= replicas) return { grow: false, stamp: 'kept' }
  if (stampedMinutesAgo === undefined) return { grow: false, stamp: 'now' }
  return stampedMinutesAgo >= 30 ? { grow: true, stamp: 'now' } : { grow: false, stamp: 'kept' }
}

/** Up by the buffer twice, down by it once, and nothing between. */
function vertical(one: SizedResource, options: TortoiseOptions): SizeAnswer {
  const buffer = 1 + options.bufferRatio
  const wanted = one.usage * buffer
  if (wanted > one.request)
    return { value: justify(one, dusted(wanted * buffer), options), rule: 'tortoise.vertical.up' }
  if (wanted < (one.request / buffer) * (1 - options.bufferRatio))
    return { value: justify(one, dusted(wanted), options), rule: 'tortoise.vertical.down' }
  return { value: held(one, options), rule: 'tortoise.vertical.dead-band' }
}

interface Situation {
  readonly pods: SizedPods
  readonly grow: boolean
  /** Horizontal resources of the whole pod. */
  readonly horizontal: number
}

function horizontalSize(
  one: SizedResource,
  { pods: { replicas, hpaMin }, grow, horizontal }: Situation,
  options: TortoiseOptions,
): SizeAnswer {
  const justified = (value: number, rule: string) => ({ value: justify(one, value, options), rule })
  if (grow) return justified(dusted(one.request * 1.3), 'tortoise.horizontal.grow')
  if (replicas > Math.trunc(options.preferredMaxReplicas * 0.8))
    return { value: held(one, options), rule: 'tortoise.horizontal.close' }
  if (replicas <= options.minimumMinReplicas)
    return justified(Math.min(one.usage, one.request), 'tortoise.horizontal.minimum')
  const unbalanced =
    horizontal >= 2 &&
    replicas !== hpaMin &&
    one.target !== undefined &&
    (one.usage / one.request) * 100 < 0.9 * one.target
  if (unbalanced && one.target !== undefined)
    return justified(dusted((one.usage * 100) / one.target), 'tortoise.horizontal.unbalanced')
  return justified(one.request, 'tortoise.horizontal.keep')
}

/** Holds a size within what is allowed, and within one step down. */
function justify(one: SizedResource, value: number, options: TortoiseOptions): number {
  const [floor, ceiling] = [floorOf(one, options), ceilingOf(one, options)]
  const step = Math.trunc(dusted(one.request * options.maxScalingDownRatio, false))
  const least = Math.max(floor, step)
  if (options.asPublished) return value > ceiling ? ceiling : Math.max(value, least)
  return Math.min(Math.max(value, least), Math.max(ceiling, floor))
}

const floorOf = (
  { container, resource, minimum = 0 }: SizedResource,
  { minimumRequest, minimumRequestPerContainer: own }: TortoiseOptions,
): number =>
  Math.max(
    minimum,
    own[container]?.[resource] ?? (own['*']?.[resource] as number | undefined) ?? minimumRequest[resource],
  )

const ceilingOf = ({ resource, maximum }: SizedResource, { maximumRequest }: TortoiseOptions): number =>
  Math.min(maximum ?? Number.POSITIVE_INFINITY, maximumRequest[resource])

/** A size that stays; a ceiling that was lowered is kept to all the same. */
const held = (one: SizedResource, options: TortoiseOptions): number =>
  options.asPublished ? one.request : Math.min(one.request, ceilingOf(one, options))

/** Cuts off to an integer; the dust of floating point must not cost a unit. */
function dusted(value: number, cut = true): number {
  const clean = Math.round(value * 1e4) / 1e4
  return cut ? Math.trunc(clean) : clean
}
