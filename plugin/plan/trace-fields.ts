import { fieldKey } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { inParallel } from '../model/parallel.ts'
import { plural } from '../model/plural.ts'
import { concernsOneSource } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'
import type { Trace } from '../model/site.ts'
import type { Renderer, Rendering, RepositoryView, Source } from '../model/source.ts'
import type { TracedSource } from '../trace/dye/trace-source.ts'
import { traceSource } from '../trace/dye/trace-source.ts'
import type { TraceContext } from '../trace/resolve.ts'
import { resolveTraces, traceContext } from '../trace/resolve.ts'
import type { SourceFiles } from '../trace/sources/discover.ts'
import { filesOfAll } from '../trace/sources/discover.ts'
import { readersOf } from '../trace/sources/readers.ts'

/** What tracing for a run needs. */
export interface TraceFieldsPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
  readonly allowShared: boolean
  /** Name the layers that were considered and lost. */
  readonly explains?: boolean
  /** The fields to answer for. */
  readonly isWanted?: (source: Source, field: ManifestField) => boolean
}

/** A rendered field with its trace. */
export type TracedField = ManifestField & { readonly trace: Trace }

/** The trace of every field wanted, by source and field, and what a proof of edits must look at. */
export interface TracedFields {
  /** The sources asked about, as far as they can be looked into. */
  readonly sources: readonly TracedSource[]
  /** Every source that reads a file which one of those reads too. */
  readonly sharers: readonly SourceFiles[]
  readonly context: TraceContext
  readonly answers: ReadonlyMap<string, TracedField>
}

/** Sources named by settings or on the command line, and the renderings there are already. */
export interface KnownSources {
  readonly named: readonly Source[]
  readonly rendered: readonly Rendering[]
}

/**
 * Traces every source that is asked about (by id), and every other source that reads a file which decides one of its
 * fields: how far an edit reaches can only be seen in all of them. Answers are given for the fields wanted, all by default.
 */
export async function traceFields(
  asked: ReadonlySet<string>,
  known: KnownSources,
  { isWanted = () => true, ...ports }: TraceFieldsPorts,
): Promise<TracedFields> {
  const { sources: sharers, layers } = readersOf(asked, await filesOfAll(known.named, ports, asked))
  ports.progress({ kind: 'stage', stage: 'trace', detail: plural(asked.size, 'source') })
  const trace = (some: readonly SourceFiles[]) => traceEach(some, known, ports)
  const own = await trace(sharers.filter(({ source }) => asked.has(source.id)))
  const deciding = new Set(own.traced.flatMap((one) => decidingFiles(one, isWanted)))
  const others = await trace(
    sharers.filter(
      ({ source, files }) => !asked.has(source.id) && [...files].some((file) => deciding.has(file)),
    ),
  )
  const unseen = [...own.unseen, ...others.unseen, ...layers]
  const { view, renderer } = ports
  const context = traceContext([...own.traced, ...others.traced], {
    sharers,
    unseen,
    rest: { view, renderer, policy: ports, explains: ports.explains === true },
  })
  const answers = new Map<string, TracedField>()
  for (const one of own.traced) {
    const fields = one.fields.filter((field) => isWanted(one.source, field))
    const traces = await resolveTraces(one, fields, context)
    fields.forEach((field, index) => {
      const answer = traces[index]
      if (answer !== undefined)
        answers.set(`${one.source.id}\0${fieldKey(field)}`, { ...field, trace: answer })
    })
  }
  return { sources: own.traced, sharers, context, answers }
}

/** The files whose scalars decide the wanted fields of a source. */
const decidingFiles = (
  { source, fields, surfaced }: TracedSource,
  isWanted: NonNullable<TraceFieldsPorts['isWanted']>,
): readonly string[] =>
  fields.flatMap((field) => {
    const surfacing = isWanted(source, field) ? surfaced.get(fieldKey(field)) : undefined
    return surfacing?.kind === 'dyed' ? [surfacing.candidate.file] : []
  })

/** Traces sources, and tells those that cannot be looked into. */
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
    unseen: sources.filter((_, index) => results[index] === undefined),
  }
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
