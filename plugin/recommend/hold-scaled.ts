import type { Reason } from '../model/recommendation.ts'
import { readValue } from '../model/value.ts'
import type { Advice } from './advice.ts'
import { advise, reason } from './advice.ts'
import type { JointAdvice, ScaledPods } from './profile.ts'

/** Keeps the CPU requests and the target of everything behind one HPA target, for the given reason. */
export function keepScaled({ members, utilization }: ScaledPods, why: Reason): JointAdvice {
  const request = ({ values }: ScaledPods['members'][number]['declared']) =>
    readValue('requests.cpu', values['requests.cpu'] ?? '') ?? 0
  return {
    requests: new Map(members.map(({ declared }) => [declared.name, advise(request(declared), why)])),
    target: advise(utilization, why),
  }
}

/** Keeps a memory request (bytes) that an HPA scales by: a new request would change the usage at which the HPA adds pods. */
export const keepMemoryRequest = (from: number): Advice =>
  advise(from, reason('hpa.memory', 'An HPA scales this workload by memory, so its memory request is kept.'))
