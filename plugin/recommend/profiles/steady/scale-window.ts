import type { DeclaredAutoscaler } from '../../../model/declared.ts'
import type { Reason } from '../../../model/recommendation.ts'
import { reason } from '../../advice.ts'

/** Seconds in which an HPA keeps its highest recommendation by default: a rollout of this length cannot mislead it. */
const usualWindow = 300

/** The largest decrease of a CPU request in one step, in percent, with its reason. */
export interface WindowLimit {
  readonly largestDecrease: number
  readonly bounded: Reason
}

/**
 * The limit of one step for an HPA that forgets its recommendations before a rollout can end; `undefined` for others.
 *
 * Request and target move together, but pods roll out one after the other. Meanwhile the HPA reads the large requests of old
 * pods at the new target, and removes pods. With `r` for the new request over the old one and `t` for the target, the pods
 * that are left request at least r² ÷ t of what the load needs, which is enough for r ≥ √t.
 */
export function windowLimit(
  { behavior }: Pick<DeclaredAutoscaler, 'behavior'>,
  utilization: number,
): WindowLimit | undefined {
  const { stabilizationWindowSeconds: seconds = usualWindow, selectPolicy } = behavior?.scaleDown ?? {}
  if (seconds >= usualWindow || selectPolicy === 'Disabled') return undefined
  // One percent less, because values are rounded.
  const largestDecrease = Math.max(0, Math.floor((1 - Math.sqrt(utilization / 100)) * 100) - 1)
  const text = `The HPA removes pods after ${seconds} seconds (\`stabilizationWindowSeconds\`; default ${usualWindow}), and reads old pods at the new target while pods roll out. So one step lowers the request by at most ${largestDecrease} %.`
  return { largestDecrease, bounded: reason('hpa.window', text) }
}
