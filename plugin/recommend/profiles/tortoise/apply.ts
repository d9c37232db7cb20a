/** From recommendations to what is written. Source: https://github.com/mercari/tortoise/tree/main/pkg */
import { RE2JS } from 're2js'
import type { TortoiseOptions } from './options.ts'
import type { Phase, ResourcePhase, UpdateMode } from './phase.ts'
import type { Bounds } from './replicas.ts'
import type { SizedResource } from './size.ts'
import { steppedTarget } from './target.ts'

/** The usage input: the last one is kept while it lies between target and upper bound, strictly. */
export const usageInput = (last: number, target: number, upper: number): number =>
  target < last && last < upper ? last : target

/** Sizes to store and whether they were stored now. */
export interface Stored {
  readonly sizes: readonly number[]
  readonly stamped: boolean
}

/** Stores new sizes; a set that only falls waits for an hour after the last change. Zero and Off keep what there is. */
export function storeSizes(
  resources: readonly { readonly stored: number; readonly wanted: number; readonly off?: boolean }[],
  { mode, minutesAgo }: { readonly mode: UpdateMode; readonly minutesAgo?: number },
): Stored {
  const old = resources.map(({ stored }) => stored)
  if (mode === 'Off') return { sizes: old, stamped: false }
  const sizes = resources.map(({ stored, wanted, off }) => (off === true || wanted === 0 ? stored : wanted))
  const changed = sizes.some((size, index) => size !== old[index])
  const grows = sizes.some((size, index) => size > (old[index] ?? 0))
  if (!changed || (!grows && minutesAgo !== undefined && minutesAgo < 60))
    return { sizes: old, stamped: false }
  return { sizes, stamped: true }
}

/** The HPA as it stands. */
export interface Hpa extends Bounds {
  readonly targets: readonly {
    readonly container: string
    readonly resource: 'cpu' | 'memory'
    readonly target: number
    readonly phase: ResourcePhase
    readonly wanted?: number
  }[]
  readonly externalMetrics?: readonly string[]
}

/** What is to become of it. */
export interface HpaOrder {
  readonly mode: UpdateMode
  readonly phase: Phase
  readonly slot: Bounds
  readonly specMax?: number
  /** Hours since targets were last changed; absent when they never were. */
  readonly hoursAgo?: number
}

/** The HPA as it is written. */
export interface WrittenHpa extends Bounds {
  readonly targets: readonly number[]
  readonly externalMetrics: readonly string[]
  readonly phase: Phase
  /** The ceiling for all workloads was hit. */
  readonly hitMaximum: boolean
}

/** Writes bounds and targets. Nothing is written while nothing works, or when the mode is Off. */
export function writeHpa(hpa: Hpa, order: HpaOrder, options: TortoiseOptions): WrittenHpa {
  const { externalMetrics = [] } = hpa
  const present = hpa.targets.map(({ target }) => target)
  const idle = !hpa.targets.some(({ phase }) => phase === 'Working')
  if (order.mode === 'Off' || idle)
    return {
      min: hpa.min,
      max: hpa.max,
      targets: present,
      externalMetrics,
      phase: order.phase,
      hitMaximum: false,
    }
  const { slot, specMax = Number.POSITIVE_INFINITY } = order
  const max = Math.min(slot.max, specMax, options.maximumMaxReplicas)
  const { min, phase } = minimum(hpa, { ...order, slot: { ...slot, max } }, options)
  const excluded = options.externalMetricExclusion
  return {
    min: Math.min(min, max),
    max,
    targets: hpa.targets.map(({ target, wanted, phase: own }) =>
      wanted === undefined || own !== 'Working'
        ? target
        : steppedTarget(target, wanted, { hoursAgo: order.hoursAgo, options }),
    ),
    externalMetrics: externalMetrics.filter(
      (name) => excluded === '' || !RE2JS.compile(excluded).matcher(name).find(),
    ),
    phase,
    hitMaximum: Math.min(slot.max, specMax) > options.maximumMaxReplicas,
  }
}

function minimum(
  hpa: Hpa,
  { phase, slot }: HpaOrder,
  options: TortoiseOptions,
): { min: number; phase: Phase } {
  const normal = Math.min(slot.min, options.maximumMinReplicas)
  if (phase === 'Emergency') return { min: slot.max, phase }
  if (phase !== 'BackToNormal') return { min: normal, phase }
  const lowered = Math.trunc(Math.round(hpa.min * options.replicaReductionFactor * 1e6) / 1e6)
  return normal > lowered ? { min: normal, phase: 'Working' } : { min: lowered, phase }
}

/** Requests and limits of one resource of a pod's template. */
export interface Template {
  readonly request: number
  readonly limit?: number
}

/** What the new request makes of request and limit; with `neverLower` nothing falls below the template. */
export function resized(
  resource: SizedResource['resource'],
  template: Template,
  {
    stored,
    neverLower = false,
    options,
  }: {
    readonly stored: number
    readonly neverLower?: boolean
    readonly options: TortoiseOptions
  },
): Template {
  const request = neverLower ? Math.max(stored, template.request) : stored
  if (template.limit === undefined) return { request }
  const ratio = Math.max(template.limit / template.request, options.limitMultiplier[resource] ?? 0)
  const limit = Math.trunc(Math.round(request * ratio * 1e6) / 1e6)
  return { request, limit: resource === 'cpu' ? Math.max(limit, options.minimumCpuLimit) : limit }
}

/** GOMAXPROCS in proportion with the CPU request, rounded up. */
export const scaledMaxProcs = (value: number, ratio: number): number => Math.ceil(value * ratio)
/** GOMEMLIMIT in proportion with the memory request, when the flag is on. */
export const scaledMemoryLimit = (bytes: number, ratio: number, { goMemLimit }: TortoiseOptions): number =>
  goMemLimit ? Math.trunc(bytes * ratio) : bytes
