import type { FieldAddress } from '../model/field.ts'
import { sourceFieldKey } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { Rendering } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import { sameValue } from '../model/value.ts'
import { traceAbsent } from '../trace/absent-field.ts'
import type { Proposed } from './propose.ts'
import { propose } from './propose.ts'
import type { KnownSources, TracedFields, TraceFieldsPorts } from './trace-fields.ts'
import { traceFields } from './trace-fields.ts'
import type { TracedChange } from './traced-change.ts'

/** A value that a user or a program requests for a field of one source. */
export interface WantedValue extends FieldAddress {
  readonly source: string
  readonly to: string
}

/** The result: a proved proposal, the dropped values with their reasons, and the number of values that are set already. */
export interface ValuesSet extends Proposed {
  readonly settled: number
}

/** Traces, edits and proves requested values. A source that has all of its values already is not traced. */
export async function setValues(
  wanted: readonly WantedValue[],
  known: KnownSources,
  ports: TraceFieldsPorts,
): Promise<ValuesSet> {
  const current = currentValues(wanted, known.rendered)
  const open = wanted.filter((one) => {
    const field = current.get(sourceFieldKey(one))
    return field === undefined || !sameValue(one.field, field.value, one.to)
  })
  const settled = wanted.length - open.length
  if (open.length === 0) return { skipped: [], settled }
  const keys = new Set(open.map(sourceFieldKey))
  const traced = await traceFields(new Set(open.map(({ source }) => source)), known, {
    ...ports,
    isWanted: ({ id }, field) => keys.has(sourceFieldKey({ ...field, source: id })),
  })
  const changes = await Promise.all(open.map((one, index) => traceValue(one, index, traced)))
  const proposed = await propose(changes, { ...ports, sharers: traced.sharers })
  return { ...proposed, settled }
}

/** The rendered fields of the sources that values are requested for. */
function currentValues(
  wanted: readonly WantedValue[],
  rendered: readonly Rendering[],
): ReadonlyMap<string, ManifestField> {
  const ids = new Set(wanted.map(({ source }) => source))
  return new Map(
    rendered
      .filter(({ source }) => ids.has(source.id))
      .flatMap(({ source, objects }) =>
        fieldsOf(objects, namespaceOf(source)).map(
          (field) => [sourceFieldKey({ ...field, source: source.id }), field] as const,
        ),
      ),
  )
}

/** Joins a requested value with the trace of its field. Each value is a change group of its own. */
async function traceValue(
  { source, to, ...address }: WantedValue,
  index: number,
  { fields, sources, context }: TracedFields,
): Promise<TracedChange> {
  const change = { because: [], together: String(index) }
  const field = fields.get(sourceFieldKey({ ...address, source }))
  if (field !== undefined) return { ...address, to, trace: field.trace, rendered: field.path, change }
  const holder = sources.find((one) => one.source.id === source)
  if (holder !== undefined)
    return { ...address, to, trace: await traceAbsent(address, holder, context), change }
  const nowhere = {
    site: null,
    override: null,
    chosen: null,
    reach: { sources: [], containers: 0 },
    sharedWith: [],
  }
  const reason = 'the source does not render with marker values, so it cannot be traced'
  return { ...address, to, trace: { ...address, ...nowhere, source, value: '', reason }, change }
}
