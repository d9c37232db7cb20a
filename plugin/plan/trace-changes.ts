import { scheduleField, sourceFieldKey } from '../model/field.ts'
import { overlayFile } from '../model/overlay.ts'
import type { Trace } from '../model/site.ts'
import type { Source } from '../model/source.ts'
import type { SourceChange } from './apply-decisions.ts'
import type { TracedFields } from './trace-fields.ts'
import type { TracedChange } from './traced-change.ts'

/** Joins changes with the traces of their fields. A change whose source could not be traced is left out. */
export function traceChanges(
  changes: readonly SourceChange[],
  { fields, sources }: Pick<TracedFields, 'fields' | 'sources'>,
): readonly TracedChange[] {
  return changes.flatMap((change): readonly TracedChange[] => {
    const traced = fields.get(sourceFieldKey(change))
    if (traced === undefined) return []
    const { workload, container, field, to, written } = change
    const address = { workload, ...(container === undefined ? {} : { container }), field }
    const source = sources.find((one) => one.source.id === change.source)?.source
    const trace = orOverlay(traced.trace, source)
    return [{ ...address, to: written ?? to, trace, rendered: traced.path, change }]
  })
}

/** Where no source line sets a value, the recommendations file that the CMP applies is the override. */
function orOverlay(trace: Trace, source: Source | undefined): Trace {
  // A file of recommendations holds single values.
  if (trace.chosen !== null || source?.overlay === undefined || trace.field === scheduleField) return trace
  const file = overlayFile(source.overlay, trace.workload)
  const override = { kind: 'insert', file, line: 1, column: 1, document: 0, path: ['values'] } as const
  return { ...trace, override, chosen: 'override' }
}
