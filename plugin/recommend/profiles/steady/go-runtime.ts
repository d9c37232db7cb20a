import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { cpuText, memoryText } from '../../format.ts'
import type { NewBounds } from '../../profile.ts'
import type { RecommendOptions } from '../../recommend-options.ts'
import type { ContainerInput } from '../../workload-input.ts'

/** GOMAXPROCS: as many threads as the container may use cores; absolute, so that repeated runs cannot drift. */
export function goMaxProcs({ declared, usage }: ContainerInput, bounds: NewBounds): Advice {
  if (readValue('env.GOMAXPROCS', declared.values['env.GOMAXPROCS'] ?? '') === undefined) {
    return unsure('GOMAXPROCS is not a whole number')
  }
  if (bounds.cpuLimit !== undefined) {
    const text = `the CPU limit of ${cpuText(bounds.cpuLimit)}, in whole cores`
    return advise(Math.ceil(bounds.cpuLimit / 1000), reason('go.maxprocs', text))
  }
  const busiest = Math.max(bounds.cpuRequest ?? 0, usage.cpu?.peak ?? 0)
  if (busiest === 0) return unsure('neither a CPU limit, a request nor a peak is known')
  const text = `no CPU limit: the larger of request and peak, ${cpuText(busiest)}, in whole cores`
  return advise(Math.ceil(busiest / 1000), reason('go.maxprocs', text))
}

/** GOMEMLIMIT: a share of the memory limit, which leaves room for what the Go heap does not count. */
export function goMemoryLimit(
  { declared }: ContainerInput,
  bounds: NewBounds,
  options: RecommendOptions,
): Advice {
  if (readValue('env.GOMEMLIMIT', declared.values['env.GOMEMLIMIT'] ?? '') === undefined) {
    return unsure('GOMEMLIMIT is not a number of bytes')
  }
  const room = bounds.memoryLimit ?? bounds.memoryRequest
  if (room === undefined) return unsure('neither a memory limit nor a request is set')
  const value = Math.floor((room * options.goMemoryShare) / 100 / 1024 ** 2) * 1024 ** 2
  const of = bounds.memoryLimit === undefined ? 'request' : 'limit'
  return advise(
    value,
    reason('go.memlimit', `${options.goMemoryShare} % of the memory ${of} of ${memoryText(room)}`),
  )
}
