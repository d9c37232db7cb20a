import type { FieldAddress } from '../model/field.ts'
import { fieldKey } from '../model/field.ts'
import type { TracedChange } from './traced-change.ts'

/**
 * Changes in which a source line that several fields share is chosen where all of these fields get the same value: request
 * and limit that take theirs from one scalar. Otherwise the override is chosen, where there is one.
 */
export function sharedAlike(changes: readonly TracedChange[]): readonly TracedChange[] {
  const keyOf = (source: string, field: FieldAddress): string => `${source}\0${fieldKey(field)}`
  const wanted = new Map(changes.map((one) => [keyOf(one.trace.source, one), one.to]))
  return changes.map((one) => {
    const { trace, to } = one
    if (trace.onlyShared !== true) return one
    const isAlike =
      trace.site !== null && trace.sharedWith.every((other) => wanted.get(keyOf(other.source, other)) === to)
    const otherwise = trace.override === null ? null : 'override'
    return { ...one, trace: { ...trace, chosen: isAlike ? 'site' : otherwise } }
  })
}
