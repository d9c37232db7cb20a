import { unpackDays } from '../../../model/daily.ts'
import type { ResourceUsage } from '../../../model/observation.ts'
import { bucketStart, cpuScale } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import { cpuText, memoryText } from '../../format.ts'
import type { Profile } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { heldScale } from '../hold-scaled.ts'
import { podMinimum, toMilli, withMargin, withMinimum } from './estimate.ts'
import { cpuBuckets, type Histogram, histogram, memoryBuckets } from './histogram.ts'
import { needAfterOom } from './memory.ts'
import { proportionalLimit } from './policy.ts'

const historyDays = 8
const halfLifeHours = 24

/** The CPU histogram as the recommender would have it, from daily sketches; each day's samples weigh as at its noon. */
export function cpuHistogram(usage: ResourceUsage): Histogram {
  const filled = histogram(cpuBuckets, halfLifeHours)
  for (const { day, sketch } of recentDays(usage)) {
    // The middle of a sketch's bucket, in cores, falls into the same bucket of the recommender.
    for (const [bucket, weight] of sketch) {
      const middle = (bucketStart(cpuScale, bucket) + bucketStart(cpuScale, bucket + 1)) / 2000
      filled.add(middle, 0.1 * weight, day * 24)
    }
  }
  return filled
}

/** One peak a day; a kill makes its day's peak what was needed then. */
export function memoryHistogram(usage: ResourceUsage, killedRequest?: number): Histogram {
  const filled = histogram(memoryBuckets, halfLifeHours)
  const days = recentDays(usage)
  for (const [index, { day, peak }] of days.entries()) {
    const last = index === days.length - 1
    const needed = last && killedRequest !== undefined ? needAfterOom(killedRequest, peak) : peak
    filled.add(needed, 1, day * 24)
  }
  return filled
}

function recentDays({ daily, sketch, peak, samples }: ResourceUsage) {
  if (daily === undefined) return [{ day: 0, sketch, peak, samples }]
  const days = unpackDays(daily)
  const last = days.at(-1)?.day ?? 0
  return days.filter(({ day }) => day > last - historyDays)
}

function cpuTarget({ usage, declared }: ContainerInput): Advice {
  if (declared.values['requests.cpu'] === undefined)
    return unsure('no CPU request is set, and none is ever added')
  if (usage.cpu === undefined) return unsure('no CPU samples were seen')
  const target = withMinimum(withMargin(toMilli(cpuHistogram(usage.cpu).percentile(0.9))), podMinimum.cpu, 1)
  return advise(
    target,
    reason('vpa.target', `p90 of 8 days, older ones halved daily, with 15 %: ${cpuText(target)}`),
  )
}

function memoryTarget({ usage, declared }: ContainerInput): Advice {
  const request = readValue('requests.memory', declared.values['requests.memory'] ?? '')
  if (request === undefined) return unsure('no memory request is set, and none is ever added')
  if (usage.memory === undefined) return unsure('no memory samples were seen')
  const killed = usage.oomKills > 0 ? request : undefined
  const seen = Math.trunc(memoryHistogram(usage.memory, killed).percentile(0.9))
  const bytes = withMinimum(withMargin(seen), podMinimum.memory, 1)
  const target = wholeMebibytes(bytes)
  const text = `p90 of daily peaks, older ones halved daily, with 15 %: ${memoryText(target)}`
  return advise(target, reason(killed === undefined ? 'vpa.target' : 'vpa.oom', text))
}

const mebibyte = 1024 ** 2
/** Bytes as Git has them, in whole MiB: what is written must be what is wanted, or every run would write again. */
const wholeMebibytes = (bytes: number): number => Math.ceil(bytes / mebibyte - 1e-6) * mebibyte

/** Limits in proportion to requests, as the VPA keeps them. */
const proportional: Profile['limit'] = ({ declared }, resource, { request }) => {
  const limit = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (limit === undefined) return unsure(`no ${resource} limit is set, and none is ever added`)
  if (request?.from === request?.to) return advise(limit, reason('vpa.limit', 'its request stays as it is'))
  const moved = proportionalLimit({ limit, ...(request && { request: request.from }) }, request?.to ?? limit)
  // The dust of a division must not lift the limit by a unit in every run.
  return advise(
    Math.ceil((moved ?? limit) - 1e-3),
    reason('vpa.limit', 'keeps its proportion to the request'),
  )
}

/** The Vertical Pod Autoscaler's recommender. It knows no Go variables, and is not to be used beside an HPA on CPU. */
export const vpa: Profile = {
  accepted: () => 0.1,
  cpuRequest: cpuTarget,
  memoryRequest: memoryTarget,
  scaled: (pods) =>
    heldScale(pods, reason('vpa.hpa', 'an HPA scales by CPU; the VPA is not to be used beside it')),
  limit: proportional,
  goMaxProcs: () => unsure('the VPA does not know GOMAXPROCS'),
  goMemoryLimit: () => unsure('the VPA does not know GOMEMLIMIT'),
}
