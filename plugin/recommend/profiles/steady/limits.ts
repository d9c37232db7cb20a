import type { ContainerUsage } from '../../../model/observation.ts'
import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { cpuText, memoryText } from '../../format.ts'
import type { RequestMove } from '../../profile.ts'
import { heldBack } from '../../safety-gate.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { nearestRound, roundCpu, roundMemory } from './rounding.ts'

const kinds = {
  cpu: { tidy: roundCpu, text: cpuText, peak: ({ cpu }: ContainerUsage) => cpu?.peak },
  memory: { tidy: roundMemory, text: memoryText, peak: ({ memory }: ContainerUsage) => memory?.peak },
} as const

/**
 * Room over the highest memory peak that a limit apart from its request keeps for what was not seen yet, as a share:
 * 1 ÷ √days, at most twice the peak more. The maximum of few days says little about that of many.
 */
const memoryRoom = (days: number): number => 1 / Math.sqrt(Math.max(days, 0.25))

/** Share from which on it is raised: that of the alert CPUThrottlingHigh of kubernetes-mixin. */
const heldBackOften = 0.25
/** Days that tell whether a container is held back now. */
const throttledDays = 3

/** Share of the periods of the last days in which a container was held back; that of the window where days are not told apart. */
function throttledLately({ throttling = [], throttledShare = 0 }: ContainerUsage): number {
  const last = throttling.slice(-throttledDays)
  const [periods, throttled] = [sum(last.map((day) => day.periods)), sum(last.map((day) => day.throttled))]
  return periods === 0 ? throttledShare : throttled / periods
}

/**
 * A limit follows its request in the same proportion; lowered, it stays above the highest usage seen. A CPU limit that
 * often holds its container back is raised by a quarter, up to four times the busiest slot: bursts within one period
 * of 100 ms are held back by any limit below the number of threads.
 */
export function limit(
  container: ContainerInput,
  resource: 'cpu' | 'memory',
  moves: { readonly request: RequestMove | undefined; readonly days: number },
): Advice {
  const advice = inProportion(container, resource, moves)
  const share = resource === 'cpu' ? throttledLately(container.usage) : 0
  const from = readValue('limits.cpu', container.declared.values['limits.cpu'] ?? '')
  if (advice.kind === 'unsure' || from === undefined || share < heldBackOften) return advice
  const most = Math.max(from, 4 * (container.usage.cpu?.peak ?? 0))
  const raised = Math.min(roundCpu(from * 1.25), roundCpu(most))
  if (advice.value >= raised) return advice
  const text = `held back in ${Math.round(share * 100)} % of the periods of the last ${throttledDays} days`
  return advise(raised, ...advice.because, reason('limit.throttled', text))
}

function inProportion(
  { declared, usage }: ContainerInput,
  resource: 'cpu' | 'memory',
  { request, days }: { readonly request: RequestMove | undefined; readonly days: number },
): Advice {
  const field = `limits.${resource}` as const
  const from = readValue(field, declared.values[field] ?? '')
  if (from === undefined) return unsure(`no ${resource} limit is set, and none is ever added`)
  if (request === undefined)
    return advise(from, reason('limit.alone', 'no request to keep in proportion with'))
  if (request.from === request.to) return advise(from, reason('limit.ratio', 'its request stays as it is'))
  const throttled = resource === 'cpu' ? Math.max(usage.throttledShare ?? 0, throttledLately(usage)) : 0
  if (throttled > heldBack && request.to < request.from) {
    const share = Math.round(throttled * 1000) / 10
    return advise(from, reason('limit.throttled', `holds it back in ${share} % of the periods: not lowered`))
  }
  const { tidy, text, peak } = kinds[resource]
  const ratio = from / request.from
  const proportional =
    ratio === 1 ? request.to : Math.max(nearestRound(resource, request.to * ratio), request.to)
  const because = reason('limit.ratio', `keeps ${Math.round(ratio * 100) / 100} × the request`)
  const highest = peak(usage) ?? from
  const apart = resource === 'memory' && ratio >= 1.05
  if (proportional >= from || (proportional >= highest && !apart))
    return advise(Math.max(proportional, request.to), because)
  if (!apart) {
    const floor = Math.min(from, tidy(highest))
    return advise(floor, because, reason('limit.peak', `not below the peak of ${text(highest)}`))
  }
  const room = memoryRoom(days)
  const floor = Math.min(from, tidy(highest * (1 + room)))
  const seen = `${Math.round(room * 100)} % over the peak of ${text(highest)} after ${days.toFixed(1)} days seen`
  return floor <= proportional
    ? advise(proportional, because)
    : advise(floor, because, reason('limit.unseen', seen))
}
