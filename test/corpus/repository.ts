import { fieldKey } from '../../plugin/model/field.ts'
import { fieldsOf } from '../../plugin/model/manifest.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import type { ScalarSite, Trace } from '../../plugin/model/site.ts'
import type { Rendering, RepositoryView, Source } from '../../plugin/model/source.ts'
import { namespaceOf } from '../../plugin/model/source.ts'
import { traceFields } from '../../plugin/plan/trace-fields.ts'
import { discoverSources } from '../../plugin/trace/sources/discover.ts'

/** A repository to try. */
export interface Tried {
  readonly name: string
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** What came of it. */
export interface RepositoryResult {
  readonly name: string
  readonly sources: number
  readonly rendered: number
  readonly fields: number
  readonly traced: number
  /** Answers confirmed by a real edit and a rendering. */
  readonly proved: number
  /** Answers that such an edit showed to be wrong. */
  readonly wrong: readonly string[]
  /** Reasons why fields have no answer, with how many. */
  readonly refused: ReadonlyMap<string, number>
  readonly seconds: number
}

const sampleSize = 25

/** Discovers, renders and traces a repository, then edits a sample of the places named and looks what moves. */
export async function tryRepository({ name, view, renderer }: Tried): Promise<RepositoryResult> {
  const start = performance.now()
  const sources = await discoverSources({ view, renderer })
  const rendered = (await inParallel(sources, (source) => renderOrNone(source, { view, renderer }))).filter(
    (one) => one !== undefined,
  )
  const ids = new Set(rendered.map(({ source }) => source.id))
  const named = rendered.map(({ source }) => source)
  const { fields } = await traceFields(
    ids,
    { named, rendered },
    { view, renderer, progress: () => {}, allowShared: false },
  )
  const traces = [...fields.values()].map(({ trace }) => trace)
  const withSite = traces.filter((trace) => trace.site?.kind === 'scalar')
  const sample = spread(withSite, sampleSize)
  const mistakes = await inParallel(sample, (trace) => mistakeIn(trace, named, { view, renderer }))
  const refused = new Map<string, number>()
  for (const { site, reason = '' } of traces)
    if (site === null) refused.set(reason, (refused.get(reason) ?? 0) + 1)
  const wrong = mistakes.filter((one) => one !== undefined)
  return {
    name,
    sources: sources.length,
    rendered: rendered.length,
    fields: traces.length,
    traced: withSite.length,
    proved: sample.length - wrong.length,
    wrong,
    refused,
    seconds: (performance.now() - start) / 1000,
  }
}

type Ports = Pick<Tried, 'view' | 'renderer'>

async function renderOrNone(source: Source, { view, renderer }: Ports): Promise<Rendering | undefined> {
  try {
    return await renderer.render(source, view)
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}

/** Every n-th item, so that a sample covers the whole. */
const spread = <T>(items: readonly T[], size: number): readonly T[] =>
  items.filter(
    (_, index) =>
      Math.floor((index * size) / items.length) !== Math.floor(((index - 1) * size) / items.length),
  )

/** Edits the place that a trace names by hand, renders, and says what is wrong when the field does not move. */
async function mistakeIn(
  trace: Trace,
  sources: readonly Source[],
  { view, renderer }: Ports,
): Promise<string | undefined> {
  const source = sources.find(({ id }) => id === trace.source)
  const site = trace.site as ScalarSite
  const text = (await view.read(site.file))?.text ?? ''
  const edited = text.slice(0, site.range[0]) + another(site.text) + text.slice(site.range[1])
  const place = `${trace.source} ${trace.workload.kind}/${trace.workload.name} ${trace.container ?? ''} ${trace.field} at ${site.file}:${site.line}`
  if (source === undefined) return place
  try {
    const { objects } = await renderer.render(source, view.with(new Map([[site.file, edited]])))
    const after = fieldsOf(objects, namespaceOf(source)).find((field) => fieldKey(field) === fieldKey(trace))
    return after === undefined || after.value === trace.value ? place : undefined
  } catch (error) {
    return `${place}: ${error instanceof Error ? error.message.slice(0, 200) : ''}`
  }
}

/** Another value of the same type. */
const another = (text: string): string => text.replace(/\d+(\.\d+)?/, (number) => String(Number(number) + 7))
