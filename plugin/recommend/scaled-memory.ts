import { sum } from '../model/sum.ts'
import { readValue } from '../model/value.ts'
import { type Advice, advise, reason } from './advice.ts'
import { containerEvidence } from './container-evidence.ts'
import type { Evidence } from './evidence.ts'
import { keepMemoryRequest } from './hold-scaled.ts'
import { hasOpenKills } from './kills.ts'
import type { Profile } from './profile.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

/** Advice for the memory that an HPA scales by: requests by container, and the targets that change with them. */
export interface ScaledMemory {
  readonly requests: ReadonlyMap<string, Advice>
  readonly targets: readonly {
    readonly container: string | undefined
    readonly from: number
    readonly advice: Advice
  }[]
}

/**
 * Memory behind a memory target of an HPA. Its request is kept, since a new one would move the usage at which the HPA adds
 * pods; but an OOM kill is answered: the request rises, and the target falls so that request × target stays the same.
 */
export function scaledMemory(
  { declared: { autoscaler } }: WorkloadInput,
  containers: readonly ContainerInput[],
  rules: { readonly evidence: Evidence; readonly profile: Profile },
): ScaledMemory {
  const targets = (autoscaler?.targets ?? []).filter(({ resource }) => resource === 'memory')
  const requests = new Map<string, Advice>()
  const changed = targets.flatMap(({ container, utilization }) => {
    const members = containers.filter(({ declared }) => (container ?? declared.name) === declared.name)
    const before = members.map(requestOf)
    const advice = members.map((member, index) => raised(member, before[index] ?? 0, rules))
    for (const [index, { declared }] of members.entries()) {
      const own = advice[index]
      if (own !== undefined) requests.set(declared.name, own)
    }
    const after = advice.map((one, index) => (one.kind === 'value' ? one.value : (before[index] ?? 0)))
    const [from, to] = [sum(before), sum(after)]
    if (from === 0 || to <= from) return []
    const target = Math.max(1, Math.round((utilization * from) / to))
    const text = 'The HPA adds pods at the same memory usage per pod, before and after this change.'
    return [{ container, from: utilization, advice: advise(target, reason('hpa.memory-point', text)) }]
  })
  return { requests, targets: changed }
}

const requestOf = ({ declared }: ContainerInput): number =>
  readValue('requests.memory', declared.values['requests.memory'] ?? '') ?? 0

/** The request that answers an OOM kill, in bytes; the current one where nothing was killed. */
function raised(
  member: ContainerInput,
  from: number,
  { evidence, profile }: { readonly evidence: Evidence; readonly profile: Profile },
): Advice {
  if (!hasOpenKills(member.usage)) return keepMemoryRequest(from)
  const advice = profile.memoryRequest(member, containerEvidence(evidence, member.usage))
  return advice.kind === 'value' && advice.value > from ? advice : keepMemoryRequest(from)
}
