import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { cpuText, memoryText, noSamplesText, notSetText } from '../../format.ts'
import { keepScaled } from '../../hold-scaled.ts'
import type { Profile } from '../../profile.ts'
import { podMinimum, toMilli, withMargin, withMinimum } from '../../vpa-recommender/estimate.ts'
import { cpuHistogram, memoryHistogram } from '../../vpa-recommender/usage-histogram.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { proportionalLimit } from './policy.ts'

/** The containers of a pod with usage, which share the smallest size of a pod as in the recommender. */
const containersOf = ({ observation }: Evidence): number =>
  Math.max(
    1,
    observation.containers.filter(({ cpu, memory }) => cpu !== undefined || memory !== undefined).length,
  )

function cpuTarget({ usage, declared }: ContainerInput, evidence: Evidence): Advice {
  if (declared.values['requests.cpu'] === undefined) return unsure(notSetText('cpu', 'request'))
  if (usage.cpu === undefined) return unsure(noSamplesText('cpu'))
  const target = withMinimum(
    withMargin(toMilli(cpuHistogram(usage.cpu).percentile(0.9))),
    podMinimum.cpu,
    containersOf(evidence),
  )
  const text = `The 90th percentile of 8 days with 15 % margin is ${cpuText(target)}; the weight of a day halves daily.`
  return advise(target, reason('vpa.target', text))
}

function memoryTarget({ usage, declared }: ContainerInput, evidence: Evidence): Advice {
  const request = readValue('requests.memory', declared.values['requests.memory'] ?? '')
  if (request === undefined) return unsure(notSetText('memory', 'request'))
  if (usage.memory === undefined) return unsure(noSamplesText('memory'))
  const killed = usage.oomKills > 0 ? request : undefined
  const peak = Math.trunc(memoryHistogram(usage.memory, killed).percentile(0.9))
  const bytes = withMinimum(withMargin(peak), podMinimum.memory, containersOf(evidence))
  const target = wholeMebibytes(bytes)
  const text = `The 90th percentile of the daily peaks with 15 % margin is ${memoryText(target)}; the weight of a day halves daily.`
  return advise(target, reason(killed === undefined ? 'vpa.target' : 'vpa.oom', text))
}

const mebibyte = 1024 ** 2
/** Rounds bytes up to whole MiB, the step in which they are written: else every run would write the value again. */
const wholeMebibytes = (bytes: number): number => Math.ceil(bytes / mebibyte - 1e-6) * mebibyte

/** Limit in proportion to the request, as the VPA keeps it. */
const proportional: Profile['limit'] = ({ declared }, resource, { request }) => {
  const limit = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (limit === undefined) return unsure(notSetText(resource, 'limit'))
  if (request?.from === request?.to)
    return advise(limit, reason('vpa.limit', 'The request does not change, so the limit is kept.'))
  const moved = proportionalLimit({ limit, ...(request && { request: request.from }) }, request?.to ?? limit)
  // A floating-point error must not raise the limit by a unit in every run.
  return advise(
    Math.ceil((moved ?? limit) - 1e-3),
    reason('vpa.limit', 'The limit stays in proportion to the request.'),
  )
}

/** The rules of the Vertical Pod Autoscaler's recommender. It does not set Go variables, and must not be used together with an HPA on CPU. */
export const vpa: Profile = {
  acceptedTimeAbove: () => 0.1,
  cpuRequest: cpuTarget,
  memoryRequest: memoryTarget,
  scaledCpu: (pods) =>
    keepScaled(
      pods,
      reason('vpa.hpa', 'An HPA scales by CPU, and the VPA must not be used together with it.'),
    ),
  limit: proportional,
  goMaxProcs: () => unsure('The VPA does not set GOMAXPROCS'),
  goMemoryLimit: () => unsure('The VPA does not set GOMEMLIMIT'),
}
