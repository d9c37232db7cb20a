import { fieldKey, sourceFieldKey } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { inParallel } from '../model/parallel.ts'
import { plural } from '../model/plural.ts'
import { concernsOneSource } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'
import type { Renderer } from '../model/renderer.ts'
import type { Trace } from '../model/site.ts'
import type { Rendering, RepositoryView, Source } from '../model/source.ts'
import type { TracedSource } from '../trace/dye/trace-source.ts'
import { traceSource } from '../trace/dye/trace-source.ts'
import type { TraceContext } from '../trace/resolve.ts'
import { resolveTraces, traceContext } from '../trace/resolve.ts'
import { filesOfAll } from '../trace/sources/discover.ts'
import { readersOf } from '../trace/sources/readers.ts'
import type { SourceFiles } from '../trace/sources/source-files.ts'

/** What tracing uses of the outside, and its options. */
export interface TraceFieldsPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
  /** Whether a source line that several sources share may be chosen. */
  readonly allowShared: boolean
  /** Whether sizes in templates of charts may be chosen. */
  readonly allowTemplates?: boolean
  /** Whether a list of values may be copied into an override. */
  readonly copyLists?: boolean
  /** Whether traces name the layers that another layer overrides. */
  readonly explains?: boolean
  /** The fields to trace; all fields by default. */
  readonly isWanted?: (source: Source, field: ManifestField) => boolean
}

/** A rendered field with its trace. */
export type TracedField = ManifestField & { readonly trace: Trace }

/** The traces of the wanted fields, and what a proof of edits must render. */
export interface TracedFields {
  /** The selected sources that could be traced. */
  readonly sources: readonly TracedSource[]
  /** Every source that reads a file which a selected source reads. */
  readonly sharers: readonly SourceFiles[]
  readonly context: TraceContext
  /** The wanted fields by source id and field key, joined by a NUL. */
  readonly fields: ReadonlyMap<string, TracedField>
}

/** The sources that settings or the command line name, and the renderings made so far. */
export interface KnownSources {
  readonly named: readonly Source[]
  readonly rendered: readonly Rendering[]
}

/**
 * Traces the selected sources (by id). To know what else an edit changes, it also traces every other source that reads a
 * file which sets a wanted field. A source that cannot be traced is skipped with a warning.
 */
export async function traceFields(
  selected: ReadonlySet<string>,
  known: KnownSources,
  { isWanted = () => true, ...ports }: TraceFieldsPorts,
): Promise<TracedFields> {
  const { sources: sharers, layers } = readersOf(selected, await filesOfAll(known.named, ports, selected))
  ports.progress({ kind: 'stage', stage: 'trace', detail: plural(selected.size, 'source') })
  const trace = (some: readonly SourceFiles[]) => traceEach(some, known, ports)
  const own = await trace(sharers.filter(({ source }) => selected.has(source.id)))
  const deciding = new Set(own.traced.flatMap((one) => decidingFiles(one, isWanted)))
  const readsDeciding = ({ files }: SourceFiles) => [...files].some((file) => deciding.has(file))
  const others = await trace(sharers.filter((one) => !selected.has(one.source.id) && readsDeciding(one)))
  const { view, renderer } = ports
  const context = traceContext([...own.traced, ...others.traced], {
    sharers,
    untraced: [...own.untraced, ...others.untraced, ...layers],
    rest: { view, renderer, policy: ports, explains: ports.explains === true },
  })
  return { sources: own.traced, sharers, context, fields: await resolveFields(own.traced, isWanted, context) }
}

type IsWanted = NonNullable<TraceFieldsPorts['isWanted']>

async function resolveFields(
  sources: readonly TracedSource[],
  isWanted: IsWanted,
  context: TraceContext,
): Promise<ReadonlyMap<string, TracedField>> {
  const resolved = new Map<string, TracedField>()
  for (const one of sources) {
    const fields = one.fields.filter((field) => isWanted(one.source, field))
    const traces = await resolveTraces(one, fields, context)
    for (const [index, field] of fields.entries()) {
      const trace = traces[index]
      if (trace !== undefined)
        resolved.set(sourceFieldKey({ ...field, source: one.source.id }), { ...field, trace })
    }
  }
  return resolved
}

/** The files whose scalars set the wanted fields of a source. */
const decidingFiles = ({ source, fields, origins }: TracedSource, isWanted: IsWanted): readonly string[] =>
  fields.flatMap((field) => {
    const origin = isWanted(source, field) ? origins.get(fieldKey(field)) : undefined
    return origin?.kind === 'scalar' ? [origin.candidate.file] : []
  })

async function traceEach(
  sources: readonly SourceFiles[],
  { rendered }: KnownSources,
  ports: TraceFieldsPorts,
) {
  const renderings = new Map(rendered.map((rendering) => [rendering.source.id, rendering]))
  let done = 0
  const results = await inParallel(sources, async ({ source }) => {
    const traced = await traceOrWarn(source, renderings.get(source.id), ports)
    ports.progress({ kind: 'step', stage: 'trace', done: ++done, total: sources.length })
    return traced
  })
  return {
    traced: results.filter((one): one is TracedSource => one !== undefined),
    untraced: sources.filter((_, index) => results[index] === undefined),
  }
}

/** A source that does not render here may still be rolled out from elsewhere, so the files that it reads are not edited. */
async function traceOrWarn(
  source: Source,
  rendering: Rendering | undefined,
  ports: TraceFieldsPorts,
): Promise<TracedSource | undefined> {
  try {
    return await traceSource(source, ports, rendering)
  } catch (error) {
    if (!concernsOneSource(error)) throw error
    ports.progress({
      kind: 'warning',
      message: `cannot trace a source, so the files that it reads are skipped: ${error.message}`,
    })
    return undefined
  }
}
