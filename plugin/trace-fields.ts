import { fieldKey } from './model/field.ts'
import type { ManifestField } from './model/manifest.ts'
import { inParallel } from './model/parallel.ts'
import { plural } from './model/plural.ts'
import { concernsOneSource } from './model/problem.ts'
import type { Progress } from './model/progress.ts'
import type { Trace } from './model/site.ts'
import type { Renderer, Rendering, RepositoryView, Source } from './model/source.ts'
import type { SourceFiles } from './trace/discover.ts'
import { filesOfAll } from './trace/discover.ts'
import type { TraceContext } from './trace/resolve.ts'
import { resolveTraces, traceContext } from './trace/resolve.ts'
import { sharersOf } from './trace/sharers.ts'
import type { TracedSource } from './trace/trace-source.ts'
import { traceSource } from './trace/trace-source.ts'

/** What tracing for a run needs. */
export interface TraceFieldsPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
  readonly allowShared: boolean
  /** The fields to answer for. */
  readonly isWanted?: (source: Source, field: ManifestField) => boolean
}

/** A rendered field with its trace. */
export type TracedField = ManifestField & { readonly trace: Trace }

/** Sources traced, and the trace of every field of those asked about, by source and field. */
export interface TracedFields {
  readonly sources: readonly TracedSource[]
  /** Sources that read some of the same files and do not render here. */
  readonly unseen: readonly SourceFiles[]
  readonly context: TraceContext
  readonly answers: ReadonlyMap<string, TracedField>
}

/** Sources named by settings or on the command line, and the renderings there are already. */
export interface KnownSources {
  readonly named: readonly Source[]
  readonly rendered: readonly Rendering[]
}

/**
 * Traces every source that is asked about (by id), and every other source that reads one of the same files:
 * how far an edit reaches can only be seen in all of them. Answers are given for the fields wanted, all by default.
 */
export async function traceFields(
  asked: ReadonlySet<string>,
  { named, rendered }: KnownSources,
  { isWanted = () => true, ...ports }: TraceFieldsPorts,
): Promise<TracedFields> {
  const { sources: toTrace, layers } = sharersOf(asked, await filesOfAll(named, ports, asked))
  ports.progress({ kind: 'stage', stage: 'trace', detail: plural(toTrace.length, 'source') })
  const renderings = new Map(rendered.map((rendering) => [rendering.source.id, rendering]))
  const traced = await inParallel(toTrace, ({ source }) =>
    traceOrWarn(source, renderings.get(source.id), ports),
  )
  const sources = traced.filter((one): one is TracedSource => one !== undefined)
  const unseen = toTrace.filter((_, index) => traced[index] === undefined)
  const { view, renderer } = ports
  const context = traceContext(sources, [...unseen, ...layers], { view, renderer, policy: ports })
  const answers = new Map<string, TracedField>()
  for (const one of sources.filter(({ source }) => asked.has(source.id))) {
    const fields = one.fields.filter((field) => isWanted(one.source, field))
    const traces = await resolveTraces(one, fields, context)
    fields.forEach((field, index) => {
      const trace = traces[index]
      if (trace !== undefined) answers.set(`${one.source.id}\0${fieldKey(field)}`, { ...field, trace })
    })
  }
  return { sources, unseen, context, answers }
}

/** A sharer that does not render here may still be rolled out elsewhere: it is named, and its files stay untouched. */
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
      message: `cannot be looked into, so the files it reads are left alone: ${error.message}`,
    })
    return undefined
  }
}
