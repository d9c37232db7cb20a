import type { Reason } from '../../model/recommendation.ts'
import { readValue } from '../../model/value.ts'
import type { Advice } from '../advice.ts'
import { advise, reason } from '../advice.ts'
import type { JointAdvice, ScaledPods } from '../profile.ts'

/** Leaves everything behind an HPA target as it is, for a reason. */
export function heldScale({ members, utilization }: ScaledPods, why: Reason): JointAdvice {
  const request = ({ values }: ScaledPods['members'][number]['declared']) =>
    readValue('requests.cpu', values['requests.cpu'] ?? '') ?? 0
  return {
    requests: new Map(members.map(({ declared }) => [declared.name, advise(request(declared), why)])),
    target: advise(utilization, why),
  }
}

/** Memory behind a memory target is left alone: moving the request would move the scale point. */
export const heldMemory = (from: number): Advice =>
  advise(from, reason('hpa.memory', 'an HPA scales by memory; its request is held'))
