import { sourceFieldKey } from '../model/field.ts'
import type { SharedField } from '../model/site.ts'
import type { TracedChange } from './traced-change.ts'

/**
 * Changes in which a source line that several fields share is chosen where all of these fields get the same value: request
 * and limit that take theirs from one scalar. Otherwise the override is chosen, where there is one; and where that sets other
 * fields of the source too, which do not get the same value, the place for the field alone.
 */
export function sharedAlike(changes: readonly TracedChange[]): readonly TracedChange[] {
  const wanted = new Map(changes.map((one) => [sourceFieldKey({ ...one, source: one.trace.source }), one.to]))
  return changes.map((one) => {
    const { trace, to } = one
    const isAlike = (others: readonly SharedField[]): boolean =>
      others.every((other) => wanted.get(sourceFieldKey(other)) === to)
    const inSource = trace.sharedWith.filter(({ source }) => source === trace.source)
    const override = isAlike(inSource) ? trace.override : (trace.separate ?? trace.override)
    if (trace.chosen === 'override' && trace.onlyShared !== true)
      return { ...one, trace: { ...trace, override } }
    if (trace.onlyShared !== true) return one
    const otherwise = override === null ? null : 'override'
    const chosen = trace.site !== null && isAlike(trace.sharedWith) ? 'site' : otherwise
    return { ...one, trace: { ...trace, override, chosen } }
  })
}
