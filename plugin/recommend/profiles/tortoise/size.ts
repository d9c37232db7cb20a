/** Request sizes. Source: https://github.com/mercari/tortoise/blob/main/pkg/recommender/recommender.go */
import type { TortoiseOptions } from '../../recommend-options.ts'

/** How a resource is scaled: by the number of pods, by their size, or not at all. */
export type ScalingPolicy = 'Horizontal' | 'Vertical' | 'Off'

/** One resource of one container, in the integers of `TortoiseOptions`. */
export interface SizedResource {
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  readonly policy: ScalingPolicy
  readonly request: number
  /** The usage that the size is computed from; `M` in Tortoise's documentation. */
  readonly usage: number
  /** The HPA's current target in percent, when it has a metric for this resource. */
  readonly target?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** The pods of a workload, with all resources of all containers. */
export interface SizedPods {
  readonly resources: readonly SizedResource[]
  /** Number of pods now. */
  readonly replicas: number
  readonly hpaMin: number
  /** Minutes since the last growth at `preferredMaxReplicas` was recorded; left out when there is no record. */
  readonly stampedMinutesAgo?: number
}

/** New sizes in the order of the resources, and what happens to the record of growth. */
export interface Sizes {
  readonly sizes: readonly SizeResult[]
  readonly stamp: 'now' | 'off' | 'kept'
}

/** One size, and the code of the rule that gave it. */
export interface SizeResult {
  readonly value: number
  readonly rule: string
}

/** Computes the sizes of all resources of a workload, in the integers of `TortoiseOptions`. */
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

/** Pods grow when there are too many: not in the first half hour, then by one step each half hour. */
function growth(
  { replicas, hpaMin, stampedMinutesAgo }: SizedPods,
  options: TortoiseOptions,
): { readonly grow: boolean; readonly stamp: Sizes['stamp'] } {
  if (replicas < options.preferredMaxReplicas) return { grow: false, stamp: 'off' }
  if (!options.growAtPreferredReplicas || hpaMin >= replicas) return { grow: false, stamp: 'kept' }
  if (stampedMinutesAgo === undefined) return { grow: false, stamp: 'now' }
  return stampedMinutesAgo >= 30 ? { grow: true, stamp: 'now' } : { grow: false, stamp: 'kept' }
}

/** Size of a Vertical resource: with the buffer twice when it grows and once when it shrinks; unchanged in between. */
function vertical(one: SizedResource, options: TortoiseOptions): SizeResult {
  const buffer = 1 + options.bufferRatio
  const wanted = one.usage * buffer
  if (wanted > one.request)
    return { value: clampSize(one, truncated(wanted * buffer), options), rule: 'tortoise.vertical.up' }
  if (wanted < (one.request / buffer) * (1 - options.bufferRatio))
    return { value: clampSize(one, truncated(wanted), options), rule: 'tortoise.vertical.down' }
  return { value: keptSize(one, options), rule: 'tortoise.vertical.dead-band' }
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
): SizeResult {
  const clamped = (value: number, rule: string) => ({ value: clampSize(one, value, options), rule })
  if (grow) return clamped(truncated(one.request * 1.3), 'tortoise.horizontal.grow')
  if (replicas > Math.trunc(options.preferredMaxReplicas * 0.8))
    return { value: keptSize(one, options), rule: 'tortoise.horizontal.close' }
  if (replicas <= options.minimumMinReplicas)
    return clamped(Math.min(one.usage, one.request), 'tortoise.horizontal.minimum')
  const unbalanced =
    horizontal >= 2 &&
    replicas !== hpaMin &&
    one.target !== undefined &&
    (one.usage / one.request) * 100 < 0.9 * one.target
  if (unbalanced && one.target !== undefined)
    return clamped(truncated((one.usage * 100) / one.target), 'tortoise.horizontal.unbalanced')
  return clamped(one.request, 'tortoise.horizontal.keep')
}

/** Limits a size to its floor and ceiling, and to one step down. */
function clampSize(one: SizedResource, value: number, options: TortoiseOptions): number {
  const [floor, ceiling] = [floorOf(one, options), ceilingOf(one, options)]
  const step = Math.trunc(withoutFloatError(one.request * options.maxScalingDownRatio))
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

/** The current size, within a ceiling that may have been lowered. */
const keptSize = (one: SizedResource, options: TortoiseOptions): number =>
  options.asPublished ? one.request : Math.min(one.request, ceilingOf(one, options))

const withoutFloatError = (value: number): number => Math.round(value * 1e4) / 1e4

/** Truncates to an integer; a floating-point error must not cost a unit. */
const truncated = (value: number): number => Math.trunc(withoutFloatError(value))
