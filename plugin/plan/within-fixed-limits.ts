import { groupBy } from '../model/group.ts'
import { printValue, readValue } from '../model/value.ts'
import { tracedGroupKey } from './change-group.ts'
import type { Dropped } from './refuted-changes.ts'
import type { TracedChange } from './traced-change.ts'

/** The least raise that is worth a commit, as a share of the request. */
const leastRaise = 0.1

/**
 * Requests that are raised up to a limit which cannot be edited, in place of the change group that would have raised both.
 * None where the limit is below the request plus 10 %, or where the change group has fields beside those of the container.
 */
export function withinFixedLimits(
  refused: readonly Dropped[],
  changes: readonly TracedChange[],
): readonly TracedChange[] {
  const groups = groupBy(changes, tracedGroupKey)
  return refused.flatMap(({ traced: limit }): readonly TracedChange[] => {
    const [where, resource] = limit.field.split('.')
    const members = groups.get(tracedGroupKey(limit)) ?? []
    const isOwn = members.every(
      ({ field, container }) => container === limit.container && !field.startsWith('hpa.'),
    )
    const request = members.find(({ field }) => field === `requests.${resource}`)
    if (where !== 'limits' || !isOwn || request === undefined || isRefused(request, refused)) return []
    const [from, most] = [request, limit].map(({ field, trace }) => readValue(field, trace.value))
    if (typeof request.to !== 'number' || from === undefined || most === undefined) return []
    if (request.to <= most || most < from * (1 + leastRaise)) return []
    const text = `The request is raised up to the limit of ${printValue(limit.field, most, limit.trace.value)}, which cannot be edited: ${limit.trace.reason ?? 'no scalar in Git sets it'}.`
    const change = {
      ...request.change,
      because: [...request.change.because, { rule: 'limit.fixed', text }],
      together: `${request.change.together} under its limit`,
    }
    return [{ ...request, to: most, change }]
  })
}

const isRefused = (change: TracedChange, refused: readonly Dropped[]): boolean =>
  refused.some(({ traced }) => traced === change)
