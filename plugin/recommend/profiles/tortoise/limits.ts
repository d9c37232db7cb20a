import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import { notSetText } from '../../format.ts'
import type { NewBounds, Profile } from '../../profile.ts'
import type { RecommendOptions } from '../../recommend-options.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { resized, scaledMaxProcs, scaledMemoryLimit } from './apply.ts'
import { tortoiseDefaults } from './default-options.ts'
import { disabledReason, optionsOf, requestOf } from './inputs.ts'

/** Limit in millicores or bytes: in proportion to the request, and at least the minimum of the options. */
export const limit: Profile['limit'] = ({ declared }, resource, { request, evidence }) => {
  const from = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (from === undefined) return unsure(notSetText(resource, 'limit'))
  const kept = (why: string): Advice => advise(from, reason('tortoise.limit', why))
  const off = disabledReason(evidence)
  if (off !== undefined) return kept(off)
  if (request === undefined) return kept('There is no request to keep a ratio to, so the limit is kept.')
  const template = { request: request.from, limit: from }
  const moved = resized(resource, template, { stored: request.to, options: optionsOf(evidence) })
  const wanted = moved.limit ?? from
  if (request.from === request.to && wanted <= from)
    return kept('The request does not change, so the limit is kept.')
  const text = 'The limit stays in proportion to the request, or at the minimum of the options.'
  return advise(wanted, reason('tortoise.limit', text))
}

/** GOMAXPROCS in proportion to the CPU request. */
export function maxProcs(container: ContainerInput, { cpuRequest }: NewBounds): Advice {
  const value = readValue('env.GOMAXPROCS', container.declared.values['env.GOMAXPROCS'] ?? '')
  const from = requestOf(container, 'cpu')
  if (value === undefined || from === undefined || cpuRequest === undefined)
    return unsure('GOMAXPROCS or the CPU request is not a number')
  return advise(
    scaledMaxProcs(value, cpuRequest / from),
    reason('tortoise.maxprocs', 'GOMAXPROCS stays in proportion to the CPU request.'),
  )
}

/** GOMEMLIMIT in bytes, in proportion to the memory request; `unsure` unless the feature flag is set. */
export function memoryLimit(
  container: ContainerInput,
  { memoryRequest }: NewBounds,
  { tortoise = tortoiseDefaults }: RecommendOptions,
): Advice {
  if (!tortoise.goMemLimit)
    return unsure('GOMEMLIMIT is not changed: the feature flag GoMemLimitModificationEnabled is off')
  const value = readValue('env.GOMEMLIMIT', container.declared.values['env.GOMEMLIMIT'] ?? '')
  const from = requestOf(container, 'memory')
  if (value === undefined || from === undefined || memoryRequest === undefined)
    return unsure('GOMEMLIMIT or the memory request is not a number')
  return advise(
    scaledMemoryLimit(value, memoryRequest / from, tortoise),
    reason('tortoise.memlimit', 'GOMEMLIMIT stays in proportion to the memory request.'),
  )
}
