import type { ContainerUsage } from '../../../model/observation.ts'
import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { significantThrottling } from '../../evidence.ts'
import { cpuText, memoryText, notSetText } from '../../format.ts'
import type { RequestMove } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { nearestRound, roundCpu, roundMemory } from './rounding.ts'

const kinds = {
  cpu: { round: roundCpu, text: cpuText, peak: ({ cpu }: ContainerUsage) => cpu?.peak },
  memory: { round: roundMemory, text: memoryText, peak: ({ memory }: ContainerUsage) => memory?.peak },
} as const

/**
 * Room that a memory limit above its request keeps over the highest peak, as a share of the peak: 1 ÷ √days, and at most 2.
 * The maximum of few days says little about that of many.
 */
const memoryRoom = (days: number): number => 1 / Math.sqrt(Math.max(days, 0.25))

/** Share of throttled periods from which on a CPU limit is raised: that of the alert CPUThrottlingHigh of kubernetes-mixin. */
const frequentThrottling = 0.25
/** Days that show whether a container is throttled now. */
const throttledDays = 3

/** Share of throttled periods over the last days, 0 to 1; over the window without data by day. */
function recentThrottling({ throttling = [], throttledShare = 0 }: ContainerUsage): number {
  const last = throttling.slice(-throttledDays)
  const [periods, throttled] = [sum(last.map((day) => day.periods)), sum(last.map((day) => day.throttled))]
  return periods === 0 ? throttledShare : throttled / periods
}

interface LimitChange {
  readonly request: RequestMove | undefined
  readonly days: number
}

/**
 * Limit in millicores or bytes. It keeps its ratio to the request, and a lower one stays above the highest usage. A CPU limit
 * that often throttles its container is raised by a quarter, up to four times the busiest slot: bursts within a period
 * of 100 ms are throttled by any limit below the number of threads.
 */
export function limit(container: ContainerInput, resource: 'cpu' | 'memory', change: LimitChange): Advice {
  const advice = inProportion(container, resource, change)
  const share = resource === 'cpu' ? recentThrottling(container.usage) : 0
  const from = readValue('limits.cpu', container.declared.values['limits.cpu'] ?? '')
  if (advice.kind === 'unsure' || from === undefined || share < frequentThrottling) return advice
  const most = Math.max(from, 4 * (container.usage.cpu?.peak ?? 0))
  const raised = Math.min(roundCpu(from * 1.25), roundCpu(most))
  if (advice.value >= raised) return advice
  const text = `The CPU limit throttled the container in ${Math.round(share * 100)} % of the periods of the last ${throttledDays} days.`
  return advise(raised, ...advice.because, reason('limit.throttled', text))
}

function inProportion(
  { declared, usage }: ContainerInput,
  resource: 'cpu' | 'memory',
  { request, days }: LimitChange,
): Advice {
  const field = `limits.${resource}` as const
  const from = readValue(field, declared.values[field] ?? '')
  if (from === undefined) return unsure(notSetText(resource, 'limit'))
  if (request === undefined)
    return advise(
      from,
      reason('limit.alone', 'There is no request to keep a ratio to, so the limit is kept.'),
    )
  if (request.from === request.to)
    return advise(from, reason('limit.ratio', 'The request does not change, so the limit is kept.'))
  const throttled = resource === 'cpu' ? Math.max(usage.throttledShare ?? 0, recentThrottling(usage)) : 0
  if (throttled > significantThrottling && request.to < request.from) {
    const share = Math.round(throttled * 1000) / 10
    const text = `The CPU limit throttles the container in ${share} % of its periods, so it is not lowered.`
    return advise(from, reason('limit.throttled', text))
  }
  const ratio = from / request.from
  const proportional =
    ratio === 1 ? request.to : Math.max(nearestRound(resource, request.to * ratio), request.to)
  const because = reason('limit.ratio', `The limit stays at ${Math.round(ratio * 100) / 100} × the request.`)
  const step = { from, proportional, because, isApart: resource === 'memory' && ratio >= 1.05 }
  const highest = kinds[resource].peak(usage) ?? from
  if (proportional >= from || (proportional >= highest && !step.isApart))
    return advise(Math.max(proportional, request.to), because)
  return abovePeak(resource, step, { highest, days })
}

interface LoweredLimit {
  readonly from: number
  readonly proportional: number
  readonly because: ReturnType<typeof reason>
  /** True for a memory limit above its request. */
  readonly isApart: boolean
}

/** A lower limit that stays above the highest peak; a memory limit above its request keeps more room. */
function abovePeak(
  resource: 'cpu' | 'memory',
  { from, proportional, because, isApart }: LoweredLimit,
  { highest, days }: { readonly highest: number; readonly days: number },
): Advice {
  const { round, text } = kinds[resource]
  if (!isApart) {
    const floor = Math.min(from, round(highest))
    return advise(floor, because, reason('limit.peak', `It is not below the peak of ${text(highest)}.`))
  }
  const room = memoryRoom(days)
  const floor = Math.min(from, round(highest * (1 + room)))
  if (floor <= proportional) return advise(proportional, because)
  const percent = Math.round(room * 100)
  const unseen = `It keeps ${percent} % above the peak of ${text(highest)}, because the ${days.toFixed(1)} days of history may not hold the highest usage.`
  return advise(floor, because, reason('limit.unseen', unseen))
}
