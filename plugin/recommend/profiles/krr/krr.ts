import { cpuScale, percentile } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import { cpuText, memoryText, notSetText } from '../../format.ts'
import { keepScaled } from '../../hold-scaled.ts'
import type { Profile } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { krrCpu, krrMemory, krrRefuses } from './strategy.ts'

function cpu({ usage, declared }: ContainerInput): Advice {
  if (declared.values['requests.cpu'] === undefined) return unsure(notSetText('cpu', 'request'))
  const refused = krrRefuses({ points: [usage.cpu?.samples ?? 0], hpaTargets: false })
  if (refused !== undefined || usage.cpu === undefined) return unsure(refused ?? 'No data')
  const value = krrCpu(percentile(usage.cpu.sketch, cpuScale, 0.95) / 1000)
  return advise(value, reason('krr.cpu', `The 95th percentile of the window is ${cpuText(value)}.`))
}

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
