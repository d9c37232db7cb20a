import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason, unsure } from '../../advice.ts'
import type { NewBounds, Profile } from '../../profile.ts'
import type { RecommendOptions } from '../../recommend-options.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { resized, scaledMaxProcs, scaledMemoryLimit } from './apply.ts'
import { tortoiseDefaults } from './options.ts'
import { handsOff, optionsOf, requestOf } from './reading.ts'

/** A limit keeps its proportion to the request, and the floors that options set. */
export const limit: Profile['limit'] = ({ declared }, resource, { request, evidence }) => {
  const from = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (from === undefined) return unsure(`no ${resource} limit is set, and none is ever added`)
  const kept = (why: string): Advice => advise(from, reason('tortoise.limit', why))
  const off = handsOff(evidence)
  if (off !== undefined) return kept(off)
  if (request === undefined) return kept('no request to keep in proportion with')
  const template = { request: request.from, limit: from }
  const moved = resized(resource, template, { stored: request.to, options: optionsOf(evidence) })
  const wanted = moved.limit ?? from
  if (request.from === request.to && wanted <= from) return kept('its request stays as it is')
  return advise(
    wanted,
    reason('tortoise.limit', 'keeps its proportion to the request, or the floor that is set'),
  )
}

/** GOMAXPROCS in proportion with the CPU request. */
export function maxProcs(container: ContainerInput, { cpuRequest }: NewBounds): Advice {
  const value = readValue('env.GOMAXPROCS', container.declared.values['env.GOMAXPROCS'] ?? '')
  const from = requestOf(container, 'cpu')
  if (value === undefined || from === undefined || cpuRequest === undefined)
    return unsure('GOMAXPROCS or the CPU request is not a number')
  return advise(
    scaledMaxProcs(value, cpuRequest / from),
    reason('tortoise.maxprocs', 'in proportion with the request'),
  )
}

/** GOMEMLIMIT in proportion with the memory request, where the feature flag is set. */
export function memoryLimit(
  container: ContainerInput,
  { memoryRequest }: NewBounds,
  { tortoise = tortoiseDefaults }: RecommendOptions,
): Advice {
  if (!tortoise.goMemLimit) return unsure("GOMEMLIMIT is left alone: Tortoise's flag for it is off")
  const value = readValue('env.GOMEMLIMIT', container.declared.values['env.GOMEMLIMIT'] ?? '')
  const from = requestOf(container, 'memory')
  if (value === undefined || from === undefined || memoryRequest === undefined)
    return unsure('GOMEMLIMIT or the memory request is not a number')
  return advise(
    scaledMemoryLimit(value, memoryRequest / from, tortoise),
    reason('tortoise.memlimit', 'in proportion with the request'),
  )
}
