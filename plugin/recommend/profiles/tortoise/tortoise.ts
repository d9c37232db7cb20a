import { type Advice, advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import type { Profile } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { limit, maxProcs, memoryLimit } from './bounds.ts'
import { tortoiseDefaults } from './options.ts'
import { handsOff, milli, optionsOf, requestOf, sizeAdvice, usageOf } from './reading.ts'
import { tortoiseReplicas } from './replica-bounds.ts'
import { scaled } from './scaled.ts'
import { tortoiseSizes } from './size.ts'

function vertical(container: ContainerInput, resource: 'cpu' | 'memory', evidence: Evidence): Advice {
  const request = requestOf(container, resource)
  if (request === undefined) return unsure(`no ${resource} request is set, and none is ever added`)
  const off = handsOff(evidence)
  if (off !== undefined) return advise(request, reason('tortoise.off', off))
  const usage = usageOf(container, resource)
  if (usage === undefined) return unsure(`no ${resource} samples were seen`)
  const { name } = container.declared
  const unit = resource === 'cpu' ? 1 : milli
  const sized = { container: name, resource, policy: 'Vertical', request: request * unit, usage } as const
  const [answer] = tortoiseSizes({ resources: [sized], replicas: 1, hpaMin: 1 }, optionsOf(evidence)).sizes
  return answer === undefined ? unsure('nothing was sized') : sizeAdvice(answer, resource)
}

/** Mercari's Tortoise with its options, as far as a job on Git can be it. */
export const tortoise: Profile = {
  accepted: () => 0.1,
  cpuRequest: (container, evidence) => vertical(container, 'cpu', evidence),
  memoryRequest: (container, evidence) => vertical(container, 'memory', evidence),
  scaled,
  replicas: tortoiseReplicas,
  limit,
  targetRest: ({ tortoise: options = tortoiseDefaults }) => options.targetIntervalHours / 24,
  goMaxProcs: maxProcs,
  goMemoryLimit: memoryLimit,
}
