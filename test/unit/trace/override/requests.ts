import { fieldKey } from '../../../../plugin/model/field.ts'
import type { Site } from '../../../../plugin/model/site.ts'
import type { Source } from '../../../../plugin/model/source.ts'
import { overrideOf } from '../../../../plugin/trace/override/override.ts'
import type { World } from '../builders.ts'
import { label, stackSource, traceIn } from '../builders.ts'

interface Asked {
  /** `name container field`; the first field when left out. */
  readonly field?: string
  /** Whether no other field takes its value from the source line. */
  readonly alone?: boolean
  /** Ids of the sources that read each file. */
  readonly readers?: Readonly<Record<string, readonly string[]>>
}

/** Where a field of a source would be overridden. */
export async function overrideIn(made: World, source: Source, asked: Asked = {}): Promise<Site | null> {
  const traced = await traceIn(made, source)
  const field = traced.fields.find(
    (one) => asked.field === undefined || `${one.workload.name} ${label(one)}` === asked.field,
  )
  const origin = field && traced.origins.get(fieldKey(field))
  if (field === undefined || origin?.kind !== 'scalar') throw new Error('the field has no source line')
  const { candidate } = origin
  const { file, line, column, document, path, range, text } = candidate
  return overrideOf({
    traced,
    field,
    candidate,
    site: { kind: 'scalar', file, line, column, document, path, range, text },
    context: {
      ...made,
      readers: new Map(
        Object.entries(asked.readers ?? {}).map(([file, ids]) => [file, ids.map((id) => stackSource(id))]),
      ),
    },
    alone: asked.alone ?? false,
  })
}
