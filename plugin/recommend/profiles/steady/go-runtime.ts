import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { cpuText, memoryText } from '../../format.ts'
import type { NewBounds } from '../../profile.ts'
import type { RecommendOptions } from '../../recommend-options.ts'
import type { ContainerInput } from '../../workload-input.ts'

/**
 * GOMAXPROCS: the CPU limit in whole cores, rounded up; without a limit, the larger of CPU request and peak. It does not
 * depend on the current value, so repeated runs cannot drift.
 */
export function goMaxProcs({ declared, usage }: ContainerInput, bounds: NewBounds): Advice {
  if (readValue('env.GOMAXPROCS', declared.values['env.GOMAXPROCS'] ?? '') === undefined) {
    return unsure('GOMAXPROCS is not a whole number')
  }
  if (bounds.cpuLimit !== undefined) {
    const text = `This is the CPU limit of ${cpuText(bounds.cpuLimit)} in whole cores.`
    return advise(Math.ceil(bounds.cpuLimit / 1000), reason('go.maxprocs', text))
  }
  const busiest = Math.max(bounds.cpuRequest ?? 0, usage.cpu?.peak ?? 0)
  if (busiest === 0)
    return unsure('GOMAXPROCS needs a CPU limit, a CPU request or CPU usage, and there is none')
  const text = `Without a CPU limit, this is the larger of CPU request and peak, ${cpuText(busiest)}, in whole cores.`
  return advise(Math.ceil(busiest / 1000), reason('go.maxprocs', text))
}

/** GOMEMLIMIT: a share of the memory limit (or of the request without a limit), in whole MiB; the rest is for memory outside the Go heap. */
export function goMemoryLimit(
  { declared }: ContainerInput,
  bounds: NewBounds,
  options: RecommendOptions,
): Advice {
  if (readValue('env.GOMEMLIMIT', declared.values['env.GOMEMLIMIT'] ?? '') === undefined) {
    return unsure('GOMEMLIMIT is not a number of bytes')
  }
  const room = bounds.memoryLimit ?? bounds.memoryRequest
  if (room === undefined)
    return unsure('GOMEMLIMIT needs a memory limit or a memory request, and there is none')
  const value = Math.floor((room * options.goMemoryShare) / 100 / 1024 ** 2) * 1024 ** 2
  const of = bounds.memoryLimit === undefined ? 'request' : 'limit'
  const text = `This is ${options.goMemoryShare} % of the memory ${of} of ${memoryText(room)}.`
  return advise(value, reason('go.memlimit', text))
}
