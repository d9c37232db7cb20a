/** Applies Tortoise's recommendations to requests, limits and HPAs. Source: https://github.com/mercari/tortoise/tree/main/pkg */
import { RE2JS } from 're2js'
import type { TortoiseOptions } from '../../recommend-options.ts'
import type { Phase, ResourcePhase, UpdateMode } from './phase.ts'
import type { Bounds } from './replicas.ts'
import type { SizedResource } from './size.ts'
import { steppedTarget } from './target.ts'

/** The usage that sizes are computed from: the last one while it is strictly between target and upper bound, else the target. */
export const usageInput = (last: number, target: number, upper: number): number =>
  target < last && last < upper ? last : target

/** Stored sizes, and whether this call changed them. */
export interface Stored {
  readonly sizes: readonly number[]
  readonly stamped: boolean
}

/** Stores new sizes. Sizes that only fall wait until an hour after the last change. A size of 0 and the policy Off keep the stored size. */
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

/** The current HPA. */
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

/** What to write to an HPA. */
export interface HpaUpdate {
  readonly mode: UpdateMode
  readonly phase: Phase
  readonly slot: Bounds
  readonly specMax?: number
  /** Hours since the targets were last changed; left out when they never were. */
  readonly hoursAgo?: number
}

/** The HPA after the update. */
export interface WrittenHpa extends Bounds {
  readonly targets: readonly number[]
  readonly externalMetrics: readonly string[]
  readonly phase: Phase
  /** True when `maximumMaxReplicas` lowered the maximum. */
  readonly hitMaximum: boolean
}

/** The HPA with new bounds and targets. It is unchanged in mode Off, and while no target is in phase Working. */
export function writeHpa(hpa: Hpa, update: HpaUpdate, options: TortoiseOptions): WrittenHpa {
  const { externalMetrics = [] } = hpa
  const isWorking = hpa.targets.some(({ phase }) => phase === 'Working')
  if (update.mode === 'Off' || !isWorking) {
    const targets = hpa.targets.map(({ target }) => target)
    const { min, max } = hpa
    return { min, max, targets, externalMetrics, phase: update.phase, hitMaximum: false }
  }
  const { slot, specMax = Number.POSITIVE_INFINITY } = update
  const max = Math.min(slot.max, specMax, options.maximumMaxReplicas)
  const { min, phase } = minimum(hpa, { ...update, slot: { ...slot, max } }, options)
  const excluded = options.externalMetricExclusion
  return {
    min: Math.min(min, max),
    max,
    targets: hpa.targets.map(({ target, wanted, phase: own }) =>
      wanted === undefined || own !== 'Working'
        ? target
        : steppedTarget(target, wanted, { hoursAgo: update.hoursAgo, options }),
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
  { phase, slot }: HpaUpdate,
  options: TortoiseOptions,
): { min: number; phase: Phase } {
  const normal = Math.min(slot.min, options.maximumMinReplicas)
  if (phase === 'Emergency') return { min: slot.max, phase }
  if (phase !== 'BackToNormal') return { min: normal, phase }
  const lowered = Math.trunc(Math.round(hpa.min * options.replicaReductionFactor * 1e6) / 1e6)
  return normal > lowered ? { min: normal, phase: 'Working' } : { min: lowered, phase }
}

/** Request and limit of one resource in a pod template. */
export interface Template {
  readonly request: number
  readonly limit?: number
}

/** Request and limit after a resize: the limit keeps its ratio. With `neverLower`, the request does not fall below the template. */
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

/** GOMAXPROCS in proportion to the CPU request, rounded up. */
export const scaledMaxProcs = (value: number, ratio: number): number => Math.ceil(value * ratio)
/** GOMEMLIMIT in bytes, in proportion to the memory request when the feature flag is on. */
export const scaledMemoryLimit = (bytes: number, ratio: number, { goMemLimit }: TortoiseOptions): number =>
  goMemLimit ? Math.trunc(bytes * ratio) : bytes
