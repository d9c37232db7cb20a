import type { ContainerUsage } from '../../../model/observation.ts'
import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { type Evidence, significantThrottling } from '../../evidence.ts'
import { cpuText, memoryText, notSetText, resourceText } from '../../format.ts'
import type { RequestMove } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { nearestRound, roundCpu, roundMemory } from './rounding.ts'

type Resource = 'cpu' | 'memory'

const kinds = {
  cpu: { round: roundCpu, text: cpuText, peak: ({ cpu }: ContainerUsage) => cpu?.peak },
  memory: { round: roundMemory, text: memoryText, peak: ({ memory }: ContainerUsage) => memory?.peak },
} as const

/** Share of throttled periods from which on a CPU limit is raised: that of the alert CPUThrottlingHigh of kubernetes-mixin. */
const frequentThrottling = 0.25
/** Days that show whether a container is throttled now. */
const throttledDays = 3
/** Room of a CPU limit over the highest five minutes: their mean hides bursts within them. */
const burst = 2

/** Share of throttled periods over the last days, 0 to 1; over the window without data by day. */
function recentThrottling({ throttling = [], throttledShare = 0 }: ContainerUsage): number {
  const last = throttling.slice(-throttledDays)
  const [periods, throttled] = [sum(last.map((day) => day.periods)), sum(last.map((day) => day.throttled))]
  return periods === 0 ? throttledShare : throttled / periods
}

interface LimitChange {
  readonly request: RequestMove | undefined
  readonly days: number
  readonly evidence: Evidence
}

/** A limit that may change: its value and that of its request before, and the request after; millicores or bytes. */
interface Limited {
  readonly resource: Resource
  readonly from: number
  readonly request: RequestMove
  /** Highest usage of the window. */
  readonly peak: number
  /** Least value with room: a CPU limit over bursts, a memory limit over unusual days and what is announced. */
  readonly roomy: number
}

/**
 * Limit in millicores or bytes. One that equals its request moves with it. Any other one stays while it covers the new
 * request and the peak with room. A CPU limit that often throttles its container is raised by a quarter, up to four times
 * the busiest slot: bursts within a period of 100 ms are throttled by any limit below the number of threads.
 */
export function limit(container: ContainerInput, resource: Resource, change: LimitChange): Advice {
  const advice = untilThrottled(container, resource, change)
  const share = resource === 'cpu' ? recentThrottling(container.usage) : 0
  const from = readValue('limits.cpu', container.declared.values['limits.cpu'] ?? '')
  if (advice.kind === 'unsure' || from === undefined || share < frequentThrottling) return advice
  const most = Math.max(from, 4 * (container.usage.cpu?.peak ?? 0))
  const raised = Math.min(roundCpu(from * 1.25), roundCpu(most))
  if (advice.value >= raised) return advice
  const text = `The CPU limit throttled the container in ${Math.round(share * 100)} % of the periods of the last ${throttledDays} days.`
  return advise(raised, ...advice.because, reason('limit.throttled', text))
}

function untilThrottled(
  { declared, usage }: ContainerInput,
  resource: Resource,
  { request, days, evidence: { options } }: LimitChange,
): Advice {
  const field = `limits.${resource}` as const
  const from = readValue(field, declared.values[field] ?? '')
  if (from === undefined) return unsure(notSetText(resource, 'limit'))
  if (request === undefined)
    return advise(
      from,
      reason('limit.alone', 'There is no request to compare it with, so the limit is kept.'),
    )
  if (request.from === request.to)
    return advise(from, reason('limit.kept', 'The request does not change, so the limit is kept.'))
  const throttled = resource === 'cpu' ? Math.max(usage.throttledShare ?? 0, recentThrottling(usage)) : 0
  if (throttled > significantThrottling && request.to < request.from) {
    const share = Math.round(throttled * 1000) / 10
    const text = `The CPU limit throttles the container in ${share} % of its periods, so it is not lowered.`
    return advise(from, reason('limit.throttled', text))
  }
  const { limits, memoryMargin } = options
  const peak = kinds[resource].peak(usage) ?? 0
  const room = resource === 'cpu' ? burst : 1 + Math.max(memoryMargin / 100, memoryRoom(days))
  const floor = resource === 'memory' ? Math.min(from, announcedBytes(declared)) : 0
  const roomy = kinds[resource].round(Math.max(peak * room, floor))
  const limited = { resource, from, request, peak, roomy }
  if (from === request.from) return withRequest(limited)
  const ratio = from / request.from
  if (limits.mode === 'ratio' && ratio <= limits.maximumRatio) return inProportion(limited, limits.lowerCpu)
  const covered = resource === 'cpu' ? peak : peak * (1 + memoryMargin / 100)
  return covering(limited, { covered, options: limits })
}

const announcedBytes = ({ announced = [] }: ContainerInput['declared']): number =>
  Math.max(0, ...announced.map(({ bytes = 0 }) => bytes))

/**
 * Room that a memory limit keeps over the highest peak, as a share of the peak: 1 ÷ √days, and at most 2. The maximum of few
 * days says little about that of many.
 */
const memoryRoom = (days: number): number => 1 / Math.sqrt(Math.max(days, 0.25))

/** A limit that equals its request: its owner wants one value for both. */
function withRequest({ resource, from, request, peak }: Limited): Advice {
  const { round, text } = kinds[resource]
  const because = reason('limit.equal', 'The limit equals the request and moves with it.')
  const floor = Math.min(from, round(peak))
  if (request.to >= from || request.to >= floor) return advise(request.to, because)
  return advise(floor, because, reason('limit.peak', `It is not below the peak of ${text(peak)}.`))
}

interface Cover {
  /** What a limit must hold to stay, in millicores or bytes. */
  readonly covered: number
  readonly options: Evidence['options']['limits']
}

/** Keeps a limit that covers the new request and the peak; else raises it, with its ratio to the request at most. */
function covering(limited: Limited, { covered, options }: Cover): Advice {
  const { resource, from, request, roomy, peak } = limited
  const { round, text } = kinds[resource]
  const needed = Math.max(request.to, round(covered))
  if (from < needed) {
    const ratio = Math.min(from / request.from, options.maximumRatio)
    const raised = Math.max(needed, Math.min(nearestRound(resource, request.to * ratio), roomy))
    const room = `The limit is raised to cover the new request and the peak of ${text(peak)}.`
    return advise(raised, reason('limit.raised', room))
  }
  if (resource === 'cpu' && options.lowerCpu && request.to < request.from) return inProportion(limited, true)
  const stays = `The limit covers the new ${resourceText(resource)} request and the peak of ${text(peak)}, so it stays.`
  return advise(from, reason('limit.covers', stays))
}

/** Keeps the ratio of the limit to its request; a lower limit keeps room over the peak. */
function inProportion({ resource, from, request, peak, roomy }: Limited, lowerCpu: boolean): Advice {
  const ratio = from / request.from
  const because = reason('limit.ratio', `The limit stays at ${Math.round(ratio * 100) / 100} × the request.`)
  const proportional = Math.max(nearestRound(resource, request.to * ratio), request.to)
  if (proportional >= from) return advise(proportional, because)
  if (resource === 'cpu' && !lowerCpu)
    return advise(from, reason('limit.covers', 'A CPU limit is lowered only if `limits.lowerCpu` is set.'))
  if (proportional >= roomy) return advise(proportional, because)
  const percent = Math.round((roomy / Math.max(peak, 1) - 1) * 100)
  const text = `It keeps ${percent} % above the peak of ${kinds[resource].text(peak)}, because the highest usage may not be in the history.`
  return advise(Math.min(from, Math.max(roomy, request.to)), because, reason('limit.unseen', text))
}
