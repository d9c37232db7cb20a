import type { ContainerUsage } from '../model/observation.ts'
import { readValue } from '../model/value.ts'
import type { Advice } from './advice.ts'
import { advise, reason, unsure } from './advice.ts'
import type { SeenContainer } from './subject.ts'
import { tidyCpu, tidyMemory } from './tidy.ts'
import { cpuText, memoryText } from './vertical.ts'

/** The request before and after, in the resource's unit. */
export interface RequestMove {
  readonly from: number
  readonly to: number
}

const kinds = {
  cpu: { tidy: tidyCpu, text: cpuText, peak: ({ cpu }: ContainerUsage) => cpu?.peak },
  memory: { tidy: tidyMemory, text: memoryText, peak: ({ memory }: ContainerUsage) => memory?.peak },
} as const

/** A limit follows its request in the same proportion; lowered, it stays above the highest usage seen. */
export function limit(
  { declared, usage }: SeenContainer,
  resource: 'cpu' | 'memory',
  request: RequestMove | undefined,
): Advice {
  const field = `limits.${resource}` as const
  const from = readValue(field, declared.values[field] ?? '')
  if (from === undefined) return unsure(`no ${resource} limit is set, and none is ever added`)
  if (request === undefined)
    return advise(from, reason('limit.alone', 'no request to keep in proportion with'))
  if (request.from === request.to) return advise(from, reason('limit.ratio', 'its request stays as it is'))
  const { tidy, text, peak } = kinds[resource]
  const ratio = from / request.from
  const proportional = ratio === 1 ? request.to : tidy(request.to * ratio)
  const because = reason('limit.ratio', `keeps ${Math.round(ratio * 100) / 100} × the request`)
  const highest = peak(usage) ?? from
  if (proportional >= from || proportional >= highest)
    return advise(Math.max(proportional, request.to), because)
  const floor = Math.min(from, tidy(highest))
  return advise(floor, because, reason('limit.peak', `not below the peak of ${text(highest)}`))
}
