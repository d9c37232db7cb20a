import { type Advice, advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { noSamplesText, notSetText } from '../../format.ts'
import type { Profile } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { tortoiseDefaults } from './default-options.ts'
import { disabledReason, milli, optionsOf, requestOf, sizeAdvice, usageOf } from './inputs.ts'
import { limit, maxProcs, memoryLimit } from './limits.ts'
import { tortoiseReplicas, tortoiseSlots } from './replica-bounds.ts'
import { scaledCpu } from './scaled.ts'
import { tortoiseSizes } from './size.ts'

function vertical(container: ContainerInput, resource: 'cpu' | 'memory', evidence: Evidence): Advice {
  const request = requestOf(container, resource)
  if (request === undefined) return unsure(notSetText(resource, 'request'))
  const off = disabledReason(evidence)
  if (off !== undefined) return advise(request, reason('tortoise.off', off))
  const usage = usageOf(container, resource)
  if (usage === undefined) return unsure(noSamplesText(resource))
  const { name } = container.declared
  const unit = resource === 'cpu' ? 1 : milli
  const sized = { container: name, resource, policy: 'Vertical', request: request * unit, usage } as const
  const [answer] = tortoiseSizes({ resources: [sized], replicas: 1, hpaMin: 1 }, optionsOf(evidence)).sizes
  return answer === undefined ? unsure('Tortoise computed no size') : sizeAdvice(answer, resource)
}

/** The rules of Mercari's Tortoise with its options. It differs where a scheduled job on Git cannot do the same; see docs/how-it-decides.md. */
export const tortoise: Profile = {
  acceptedTimeAbove: () => 0.1,
  cpuRequest: (container, evidence) => vertical(container, 'cpu', evidence),
  memoryRequest: (container, evidence) => vertical(container, 'memory', evidence),
  scaledCpu,
  replicas: tortoiseReplicas,
  replicaSlots: (_, observation, options) => tortoiseSlots(observation, options.tortoise ?? tortoiseDefaults),
  limit,
  targetRestDays: ({ tortoise: options = tortoiseDefaults }) => options.targetIntervalHours / 24,
  goMaxProcs: maxProcs,
  goMemoryLimit: memoryLimit,
}
