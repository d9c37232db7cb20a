import type { Reason } from '../../model/recommendation.ts'
import { readValue } from '../../model/value.ts'
import { advise } from '../advice.ts'
import type { ScaledPods } from '../profile.ts'
import type { JointAdvice } from './steady/horizontal.ts'

/** Leaves everything behind an HPA target as it is, for a reason. */
export function heldScale({ members, utilization }: ScaledPods, why: Reason): JointAdvice {
  const request = ({ values }: ScaledPods['members'][number]['declared']) =>
    readValue('requests.cpu', values['requests.cpu'] ?? '') ?? 0
  return {
    requests: new Map(members.map(({ declared }) => [declared.name, advise(request(declared), why)])),
    target: advise(utilization, why),
  }
}
