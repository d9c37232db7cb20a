import { unpackDays } from '../../../model/daily.ts'
import type { ResourceUsage } from '../../../model/observation.ts'
import { usageValues } from '../../../model/series.ts'
import {
  addSketch,
  addWeight,
  cpuScale,
  emptySketch,
  finishSketch,
  percentileWithin,
} from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { cpuText, memoryText, notSetText } from '../../format.ts'
import { keepScaled } from '../../hold-scaled.ts'
import type { Profile } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { krrCpu, krrMemory, krrRefuses } from './strategy.ts'

function cpu({ usage, declared }: ContainerInput, evidence: Evidence): Advice {
  if (declared.values['requests.cpu'] === undefined) return unsure(notSetText('cpu', 'request'))
  const refused = krrRefuses({ points: [usage.cpu?.samples ?? 0], hpaTargets: false })
  if (refused !== undefined || usage.cpu === undefined) return unsure(refused ?? 'No data')
  const pods = percentileWithin(usage.cpu.sketch, cpuScale, 0.95)
  const busiest = busiestPod(usage.cpu, evidence) ?? 0
  const value = krrCpu(Math.max(pods, busiest) / 1000)
  const whose = busiest > pods ? ' of the busiest pod' : ''
  return advise(value, reason('krr.cpu', `The 95th percentile${whose} of the window is ${cpuText(value)}.`))
}

/** The 95th percentile of the busiest pod in millicores, as KRR takes the highest of the pods' percentiles. */
const busiestPod = (usage: ResourceUsage, evidence: Evidence): number | undefined =>
  recordedBusiest(usage, evidence) ?? busiestOfSlots(usage, evidence)

/**
 * The percentile of the busiest pods of all days; of days on which pods were alike, all of them count as one. `undefined` where no
 * day has a busiest pod.
 */
function recordedBusiest({ daily }: ResourceUsage, { observation }: Evidence): number | undefined {
  if (daily?.busiest === undefined) return undefined
  const pods = observation.replicas?.mean ?? 1
  const sum = emptySketch(cpuScale)
  for (const { busiest, sketch } of unpackDays(daily))
    if (busiest === undefined) for (const [bucket, weight] of sketch) addWeight(sum, bucket, weight / pods)
    else addSketch(sum, busiest)
  return percentileWithin(finishSketch(sum), cpuScale, 0.95)
}

/** The busiest pod uses so many times the mean of all pods half of the time: it is one pod rather than each in turn. */
const uneven = 1.5

/**
 * The same from the busiest pod of each slot, for days without a record of the busiest pod (an old cache, or samples of the metrics
 * API). `undefined` where load is spread evenly: the percentile of all pods is then that of each.
 */
function busiestOfSlots({ highest, total }: ResourceUsage, { observation }: Evidence): number | undefined {
  if (highest === undefined || total === undefined) return undefined
  const [busiest, sum] = [usageValues(highest, cpuScale), usageValues(total, cpuScale)]
  const pods = observation.replicas?.mean ?? 1
  const known = [...busiest.keys()].filter((slot) => (sum[slot] ?? 0) > 0 && (busiest[slot] ?? 0) > 0)
  const ratios = known.map((slot) => ((busiest[slot] ?? 0) * pods) / (sum[slot] ?? 1)).sort(byValue)
  if ((ratios[Math.floor(ratios.length / 2)] ?? 0) < uneven) return undefined
  const values = known.map((slot) => busiest[slot] ?? 0).sort(byValue)
  return values[Math.ceil(0.95 * values.length) - 1]
}

const byValue = (one: number, other: number): number => one - other

function memory({ usage, declared }: ContainerInput): Advice {
  if (declared.values['requests.memory'] === undefined) return unsure(notSetText('memory', 'request'))
  const refused = krrRefuses({ points: [usage.memory?.samples ?? 0], hpaTargets: false })
  if (refused !== undefined || usage.memory === undefined) return unsure(refused ?? 'No data')
  const limit = readValue('limits.memory', declared.values['limits.memory'] ?? '')
  const value = krrMemory(usage.memory.peak, usage.oomKills > 0 ? limit : undefined)
  const text = `The peak is ${memoryText(usage.memory.peak)}; with 15 % margin that is ${memoryText(value)}.`
  return advise(value, reason('krr.memory', text))
}

/** Memory limits equal requests. KRR removes CPU limits; an edit of a value cannot, so they are kept. */
const limit: Profile['limit'] = ({ declared }, resource, { request }) => {
  const from = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (from === undefined) return unsure(notSetText(resource, 'limit'))
  if (resource === 'memory')
    return advise(request?.to ?? from, reason('krr.limit', 'The memory limit equals the request.'))
  return advise(
    Math.max(from, request?.to ?? 0),
    reason('krr.limit', 'KRR would remove the CPU limit; Tortoise keeps it.'),
  )
}

/** The rules of KRR's strategy `simple`, with OOM data. The window is that of `history` in settings. */
export const krr: Profile = {
  acceptedTimeAbove: () => 0.05,
  cpuRequest: cpu,
  memoryRequest: memory,
  scaledCpu: (pods) => keepScaled(pods, reason('krr.hpa', 'HPA detected')),
  limit,
  goMaxProcs: () => unsure('KRR does not set GOMAXPROCS'),
  goMemoryLimit: () => unsure('KRR does not set GOMEMLIMIT'),
}
