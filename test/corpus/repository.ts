import { inParallel } from '../../plugin/model/parallel.ts'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import type { Proposal } from '../../plugin/model/proposal.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import type { Rendering, RepositoryView, Source } from '../../plugin/model/source.ts'
import { type TracedField, traceFields } from '../../plugin/plan/trace-fields.ts'
import { discoverSources } from '../../plugin/trace/sources/discover.ts'
import { mistakeIn, tryEdit } from './try-answer.ts'

/** A repository to try. */
export interface Tried {
  readonly name: string
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** How many source lines, and how many overrides, are tried by edits. */
  readonly sampleSize: number
}

/** How far sources of one kind came. */
export interface KindResult {
  /** Sources that render. */
  readonly sources: number
  readonly fields: number
  /** Fields with a place to edit: a source line or an override. */
  readonly answered: number
}

/** What came of it. */
export interface RepositoryResult extends Omit<KindResult, 'sources'> {
  readonly name: string
  readonly sources: number
  readonly rendered: number
  /** Fields whose source line is known. */
  readonly traced: number
  /** Answers confirmed by a real edit and a proof. */
  readonly proved: number
  /** These edits. */
  readonly proposals: readonly Proposal[]
  /** Source lines that such an edit showed to be wrong. */
  readonly wrong: readonly string[]
  /** Answers whose edit the proof refuted, so that nothing would be written, by reason. */
  readonly refuted: ReadonlyMap<string, number>
  /** Reasons why fields have no answer, with how many. */
  readonly refused: ReadonlyMap<string, number>
  /** Reasons why sources do not render, with how many. */
  readonly unrendered: ReadonlyMap<string, number>
  /** By where the source takes its manifests from. */
  readonly kinds: ReadonlyMap<string, KindResult>
  readonly seconds: number
}

/** Discovers, renders and traces a repository, then edits a sample of the places named and compares what changes. */
export async function tryRepository({ name, view, renderer, sampleSize }: Tried): Promise<RepositoryResult> {
  const start = performance.now()
  const ports = { view, renderer, progress: () => {}, allowShared: false }
  const sources = await discoverSources({ view, renderer })
  const unrendered = new Map<string, number>()
  const renderings = await inParallel(sources, (source) => renderOrReason(source, ports))
  const rendered = renderings.filter((one): one is Rendering => typeof one !== 'string')
  for (const one of renderings) if (typeof one === 'string') count(unrendered, one)
  const ids = new Set(rendered.map(({ source }) => source.id))
  const named = rendered.map(({ source }) => source)
  const { fields, sharers } = await traceFields(ids, { named, rendered }, ports)
  const traced = [...fields.values()]
  const answered = traced.filter(({ trace }) => trace.chosen !== null)
  const withSite = traced.filter(({ trace }) => trace.site?.kind === 'scalar')
  // Files from elsewhere cannot be edited here; overrides of what they set are proved below.
  const here = await inParallel(
    withSite,
    async ({ trace }) => (await view.kind(trace.site?.file ?? '.')) === 'file',
  )
  const sample = spread(
    withSite.filter((_, index) => here[index]),
    sampleSize,
  )
  const wrong = (await inParallel(sample, ({ trace }) => mistakeIn(trace, named, ports))).filter(
    (one) => one !== undefined,
  )
  const overrides = spread(
    answered.filter(({ trace }) => trace.chosen === 'override'),
    sampleSize,
  )
  const edited = spread(
    answered.filter(({ trace }) => trace.chosen === 'site'),
    sampleSize,
  )
  const tried = await inParallel([...overrides, ...edited], (one) => tryEdit(one, { ...ports, sharers }))
  const proposals = tried.flatMap((one) => ('proposal' in one ? [one.proposal] : []))
  const refuted = new Map<string, number>()
  for (const one of tried) if ('refutation' in one) count(refuted, one.refutation)
  const refused = new Map<string, number>()
  for (const { trace } of traced) if (trace.chosen === null) count(refused, trace.reason ?? '')
  const kinds = byKind(rendered, traced)
  return {
    name,
    sources: sources.length,
    rendered: rendered.length,
    fields: traced.length,
    answered: answered.length,
    traced: withSite.length,
    proved: proposals.length,
    proposals,
    wrong,
    refuted,
    refused,
    unrendered,
    kinds,
    seconds: (performance.now() - start) / 1000,
  }
}

const count = (counts: Map<string, number>, text: string): void => {
  counts.set(text, (counts.get(text) ?? 0) + 1)
}

function byKind(
  rendered: readonly Rendering[],
  traced: readonly TracedField[],
): ReadonlyMap<string, KindResult> {
  const kindOf = new Map(rendered.map((one) => [one.source.id, originOf(one)]))
  const kinds = [...new Set(kindOf.values())].sort()
  return new Map(
    kinds.map((kind) => {
      const own = traced.filter(({ trace }) => kindOf.get(trace.source) === kind)
      return [
        kind,
        {
          sources: [...kindOf.values()].filter((one) => one === kind).length,
          fields: own.length,
          answered: own.filter(({ trace }) => trace.chosen !== null).length,
        },
      ]
    }),
  )
}

/** The kind of a source, and for a release where its chart comes from. */
function originOf({ source, parts: [part] = [] }: Rendering): string {
  if (source.declaredBy === undefined) return source.kind
  const { repository } = part?.chart ?? {}
  const from = part === undefined ? 'nothing' : part.kind === 'helm' ? 'a chart in Git' : part.kind
  const registry = repository?.startsWith('oci://') === true ? 'a registry' : 'a chart repository'
  return `${source.declaredBy.kind} with ${repository === undefined ? from : registry}`
}

async function renderOrReason(
  source: Source,
  { view, renderer }: Pick<Tried, 'view' | 'renderer'>,
): Promise<Rendering | string> {
  try {
    return await renderer.render(source, view)
  } catch (error) {
    if (error instanceof ExpectedStop) return `${source.id}: ${error.problems[0]?.message ?? error.message}`
    throw error
  }
}

/** Every n-th item, so that a sample covers the whole. */
const spread = <T>(items: readonly T[], size: number): readonly T[] =>
  items.filter(
    (_, index) =>
      Math.floor((index * size) / items.length) !== Math.floor(((index - 1) * size) / items.length),
  )
