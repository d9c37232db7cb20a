import { cpuScale, percentile } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import { cpuText, memoryText } from '../../format.ts'
import type { Profile } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { heldScale } from '../hold-scaled.ts'
import { krrCpu, krrMemory, krrRefuses } from './strategy.ts'

function cpu({ usage, declared }: ContainerInput): Advice {
  if (declared.values['requests.cpu'] === undefined)
    return unsure('no CPU request is set, and none is ever added')
  const refused = krrRefuses({ points: [usage.cpu?.samples ?? 0], hpaTargets: false })
  if (refused !== undefined || usage.cpu === undefined) return unsure(refused ?? 'No data')
  const value = krrCpu(percentile(usage.cpu.sketch, cpuScale, 0.95) / 1000)
  return advise(value, reason('krr.cpu', `p95 of the window: ${cpuText(value)}`))
}

function memory({ usage, declared }: ContainerInput): Advice {
  if (declared.values['requests.memory'] === undefined)
    return unsure('no memory request is set, and none is ever added')
  const refused = krrRefuses({ points: [usage.memory?.samples ?? 0], hpaTargets: false })
  if (refused !== undefined || usage.memory === undefined) return unsure(refused ?? 'No data')
  const limit = readValue('limits.memory', declared.values['limits.memory'] ?? '')
  const value = krrMemory(usage.memory.peak, usage.oomKills > 0 ? limit : undefined)
  return advise(
    value,
    reason('krr.memory', `peak of ${memoryText(usage.memory.peak)} with 15 %: ${memoryText(value)}`),
  )
}

/** Memory limits equal requests; CPU limits are wanted away, which no edit of a value can do, and stay. */
const limit: Profile['limit'] = ({ declared }, resource, { request }) => {
  const from = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (from === undefined) return unsure(`no ${resource} limit is set, and none is ever added`)
  if (resource === 'memory')
    return advise(request?.to ?? from, reason('krr.limit', 'the memory limit is the request'))
  return advise(
    Math.max(from, request?.to ?? 0),
    reason('krr.limit', 'KRR would take the CPU limit away; it stays'),
  )
}

/** KRR's strategy `simple`, with its OOM data. The window is that of settings. */
export const krr: Profile = {
  accepted: () => 0.05,
  cpuRequest: cpu,
  memoryRequest: memory,
  scaled: (pods) => heldScale(pods, reason('krr.hpa', 'HPA detected')),
  limit,
  goMaxProcs: () => unsure('KRR does not know GOMAXPROCS'),
  goMemoryLimit: () => unsure('KRR does not know GOMEMLIMIT'),
}
