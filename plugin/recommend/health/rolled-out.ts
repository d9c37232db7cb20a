import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import type { PastValue } from '../../model/past-edit.ts'
import { readValue } from '../../model/value.ts'
import { countsOf } from '../at-maximum.ts'
import { cpuText, memoryText } from '../format.ts'

/** Hours after a commit in which its rollout is not missed. */
const graceDays = 2 / 24
/** Slots at the end with the same number of pods: then what they request in all says what one does. */
const steadySlots = 6
/** A sum of requests this near to the earlier one, as a share of the change, is the earlier one. */
const near = 0.25
/** A smaller change of the sum cannot be distinguished from none. */
const leastChange = 0.03

/** A changed request of a container. */
export interface RequestEdit {
  readonly container: string
  readonly field: 'requests.cpu' | 'requests.memory'
  readonly edit: PastValue
}

/** The number of pods at the end of the window; `undefined` where it moved lately. */
function podsNow(observation: Observation): number | undefined {
  const last = [...countsOf(observation)].filter((count) => !Number.isNaN(count)).slice(-steadySlots)
  const [pods] = last
  return pods !== undefined && pods > 0 && last.every((count) => count === pods) ? pods : undefined
}

/** What one pod requests in Git, in the field's unit; `undefined` where the pod may have containers that Git does not know. */
function perPod(
  { containers }: DeclaredWorkload,
  observation: Observation,
  field: RequestEdit['field'],
): number | undefined {
  const known = new Set(containers.map(({ name }) => name))
  const isWhole =
    containers.every(({ role }) => role === 'main') &&
    observation.containers.every(({ container }) => known.has(container))
  if (!isWhole) return undefined
  return containers.reduce((sum, { values }) => sum + (readValue(field, values[field] ?? '0') ?? 0), 0)
}

/**
 * Why the changed requests of one commit are not in the cluster, as a clause: its pods still request what they did before.
 * `undefined` where they request the new values, or where that cannot be seen.
 */
export function notRolledOut(
  declared: DeclaredWorkload,
  observation: Observation,
  edits: readonly RequestEdit[],
): string | undefined {
  const pods = podsNow(observation)
  if (observation.requested === undefined || pods === undefined) return undefined
  for (const field of ['requests.cpu', 'requests.memory'] as const) {
    const own = edits.filter((one) => one.field === field && one.edit.daysAgo > graceDays)
    const now = perPod(declared, observation, field)
    if (own.length === 0 || now === undefined) continue
    const step = own.reduce(
      (sum, { edit }) => sum + (readValue(field, edit.to) ?? 0) - (readValue(field, edit.from) ?? 0),
      0,
    )
    const is = observation.requested[field === 'requests.cpu' ? 'cpu' : 'memory'] / pods
    const former = now - step
    if (Math.abs(step) < leastChange * former || Math.abs(is - former) > near * Math.abs(step)) continue
    const text = field === 'requests.cpu' ? cpuText : memoryText
    const resource = field === 'requests.cpu' ? 'CPU' : 'memory'
    return `each pod still requests ${text(is)} of ${resource}, and Git says ${text(now)}`
  }
  return undefined
}
