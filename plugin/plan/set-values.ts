import type { FieldAddress } from '../model/field.ts'
import { fieldKey } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { Rendering } from '../model/source.ts'
import { sameValue } from '../model/value.ts'
import { traceAbsent } from '../trace/absent-field.ts'
import { namespaceOf } from '../trace/dye/trace-source.ts'
import type { Proposed, TracedChange } from './propose.ts'
import { propose } from './propose.ts'
import type { KnownSources, TraceFieldsPorts } from './trace-fields.ts'
import { traceFields } from './trace-fields.ts'

/** A value that a person or a program wants a field of one source to have. */
export interface WantedValue extends FieldAddress {
  readonly source: string
  readonly to: string
}

/** What came of wanted values: a proved proposal, those left out with their reasons, and how many stand already. */
export interface ValuesSet extends Proposed {
  readonly settled: number
}

/**
 * Traces, edits and proves wanted values. Sources in which every value stands already are rendered once and looked at no
 * further.
 */
export async function setValues(
  wanted: readonly WantedValue[],
  known: KnownSources,
  ports: TraceFieldsPorts,
): Promise<ValuesSet> {
  const now = currentValues(wanted, known.rendered)
  const open = wanted.filter((one) => {
    const field = now.get(keyOf(one))
    return field === undefined || !sameValue(one.field, field.value, one.to)
  })
  const settled = wanted.length - open.length
  if (open.length === 0) return { skipped: [], settled }
  const keys = new Set(open.map(keyOf))
  const traced = await traceFields(new Set(open.map(({ source }) => source)), known, {
    ...ports,
    isWanted: ({ id }, field) => keys.has(`${id}\0${fieldKey(field)}`),
  })
  const wishes = await Promise.all(open.map((one, index) => wishFor(one, index, traced)))
  const proposed = await propose(wishes, { ...ports, sharers: traced.sharers })
  return { ...proposed, settled }
}

const keyOf = (one: WantedValue): string => `${one.source}\0${fieldKey(one)}`

/** The fields of the sources concerned as they are rendered today. */
function currentValues(
  wanted: readonly WantedValue[],
  rendered: readonly Rendering[],
): ReadonlyMap<string, ManifestField> {
  const concerned = new Set(wanted.map(({ source }) => source))
  return new Map(
    rendered
      .filter(({ source }) => concerned.has(source.id))
      .flatMap(({ source, objects }) =>
        fieldsOf(objects, namespaceOf(source)).map(
          (field) => [`${source.id}\0${fieldKey(field)}`, field] as const,
        ),
      ),
  )
}

async function wishFor(
  { source, to, ...address }: WantedValue,
  index: number,
  { answers, sources, context }: Awaited<ReturnType<typeof traceFields>>,
): Promise<TracedChange> {
  const change = { because: [], together: String(index) }
  const answer = answers.get(`${source}\0${fieldKey(address)}`)
  if (answer !== undefined) return { ...address, to, trace: answer.trace, rendered: answer.path, change }
  const holder = sources.find((one) => one.source.id === source)
  if (holder !== undefined)
    return { ...address, to, trace: await traceAbsent(address, holder, context), change }
  const nowhere = {
    site: null,
    leaf: null,
    chosen: null,
    reach: { sources: [], containers: 0 },
    sharedWith: [],
  }
  const reason = 'the source does not render with its values marked, so it cannot be looked into'
  return { ...address, to, trace: { ...address, ...nowhere, source, value: '', reason }, change }
}
