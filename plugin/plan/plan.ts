import type { Prices } from '../model/backtest.ts'
import { declaredWorkloads } from '../model/declared.ts'
import { fieldKey } from '../model/field.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { Observation } from '../model/observation.ts'
import { overlayFile } from '../model/overlay.ts'
import type { Plan, SourceRecommendation } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Progress } from '../model/progress.ts'
import type { Proposal, ProposedChange, Skipped } from '../model/proposal.ts'
import type { Trace } from '../model/site.ts'
import type { Renderer, Rendering, RepositoryView, Source } from '../model/source.ts'
import { type Workload, workloadKey } from '../model/workload.ts'
import type { Replayed } from '../recommend/backtest.ts'
import type { RecommendSettings } from '../recommend/recommend.ts'
import { recommend } from '../recommend/recommend.ts'
import { namespaceOf } from '../trace/dye/trace-source.ts'
import type { Unrendered } from '../trace/sources/releases.ts'
import { renderEach, renderReleases } from '../trace/sources/releases.ts'
import { applyDecisions, type DecideChange, type SourceChange } from './apply-decisions.ts'
import { backtestPlan } from './backtest-plan.ts'
import type { DeclaredIn } from './declared-source.ts'
import type { TracedChange } from './propose.ts'
import { propose } from './propose.ts'
import { slotsOfPlan } from './replica-slots.ts'
import { splitByScope } from './split-by-scope.ts'
import type { TracedFields } from './trace-fields.ts'
import { traceFields } from './trace-fields.ts'

/** What one pass looks at. */
export interface PlanRequest {
  readonly sources: readonly Source[]
  readonly observations: readonly Observation[]
  readonly recommend: RecommendSettings
  /** Which workloads are asked about; all where left out. */
  readonly isAsked?: (workload: Workload) => boolean
  /** What requests cost, for the backtest of what is proposed. */
  readonly prices: Prices & { readonly currency: string }
  /** Edit values that several sources share. */
  readonly allowShared: boolean
  /** What people decided about a change: another value for it, or why it is left alone. */
  readonly review?: DecideChange
  /** Parts the proposal: changes of one scope stay together. */
  readonly scopeOf?: (change: ProposedChange) => string
}

/** What a pass needs from outside. */
export interface PlanPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
}

/** One pass: what Git declares and what was seen, to values, to places, to edits, to their proof. */
export async function plan(request: PlanRequest, ports: PlanPorts): Promise<Plan> {
  const { rendered, failed } = await renderAll(request.sources, ports)
  const declared = rendered.map((rendering) => declaredIn(rendering, request))
  const recommendations = declared.flatMap((one) => recommendFor(one, request))
  const { review = asWanted } = request
  const { changes, skipped } = applyDecisions(recommendations.filter(isChange), review)
  const left = [...failed, ...skipped]
  const slots = slotsOfPlan(declared, request)
  const replay = (proposal?: Proposal) =>
    backtestPlan(declared, { ...request, proposal, wanted: recommendations.filter(isChange) })
  if (changes.length === 0) return { recommendations, skipped: left, backtest: replay(), slots }
  const asked = new Set(changes.map(({ source }) => source))
  const known = { named: rendered.map(({ source }) => source), rendered }
  const traced = await traceFields(asked, known, { ...ports, allowShared: request.allowShared })
  const wishes = changes.flatMap((change) => wishesFor(change, traced))
  const proving = { ...ports, sharers: traced.sharers }
  const made = await propose(wishes, proving)
  const skippedAll = [...left, ...made.skipped]
  const whole = {
    recommendations,
    ...made,
    skipped: skippedAll,
    reads: readsOf(traced),
    backtest: replay(made.proposal),
    slots,
  }
  const { scopeOf } = request
  if (made.proposal === undefined || scopeOf === undefined) return whole
  const parted = await splitByScope(made.proposal, wishes, { ...proving, scopeOf })
  return { ...whole, parts: parted.parts, skipped: [...whole.skipped, ...parted.skipped] }
}

const readsOf = ({ sharers }: TracedFields): readonly string[] => [
  ...new Set(sharers.flatMap(({ source, files }) => [...files, ...('path' in source ? [source.path] : [])])),
]

/** Every workload that the sources declare and that something was seen of. */
export async function declaredAndSeen(
  { sources, observations }: Pick<PlanRequest, 'sources' | 'observations'>,
  ports: PlanPorts,
): Promise<readonly Replayed[]> {
  const { rendered } = await renderAll(sources, ports)
  const key = (cluster: string, workload: Workload): string => `${cluster}\0${workloadKey(workload)}`
  return rendered.flatMap(({ source, objects }) => {
    const seen = observations.filter(
      ({ cluster }) => source.cluster === undefined || cluster === source.cluster,
    )
    const known = new Map(seen.map((one) => [key(source.cluster ?? '', one.workload), one]))
    return declaredWorkloads(objects, namespaceOf(source)).flatMap((declared): readonly Replayed[] => {
      const observation = known.get(key(source.cluster ?? '', declared.workload))
      return observation === undefined ? [] : [{ declared, observation }]
    })
  })
}

/** A value that a source renders. */
export type DeclaredField = Pick<SourceRecommendation, 'cluster' | 'workload' | 'field'> & {
  readonly container?: string
  readonly now: string
}

/** Every value that the sources render, and that the releases in them do; sources that do not render are passed over. */
export async function declaredFields(
  sources: readonly Source[],
  ports: PlanPorts,
): Promise<readonly DeclaredField[]> {
  const { rendered } = await renderAll(sources, ports)
  return rendered.flatMap(({ source, objects }) =>
    fieldsOf(objects, namespaceOf(source)).map(({ workload, container, field, value }) => ({
      ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
      workload,
      ...(container === undefined ? {} : { container }),
      field,
      now: value,
    })),
  )
}

const asWanted: DecideChange = ({ to }) => ({ to })

const isChange = (one: SourceRecommendation): one is SourceChange => one.verdict === 'change'

/** Renders the sources, and then the releases that they hold. */
async function renderAll(sources: readonly Source[], ports: PlanPorts) {
  ports.progress({ kind: 'stage', stage: 'render', detail: plural(sources.length, 'source') })
  const own = await renderEach(sources, ports)
  const held = await renderReleases(own.rendered, ports)
  const failed = [...own.failed, ...held.failed].map((one) => passedOver(one, ports.progress))
  return { rendered: [...own.rendered, ...held.rendered], failed }
}

function passedOver({ source, reason }: Unrendered, progress: Progress): Skipped {
  progress({ kind: 'warning', message: `${source.id}: ${reason}` })
  return { source: source.id, workload: '', reason }
}

function declaredIn({ source, objects }: Rendering, { isAsked = () => true }: PlanRequest): DeclaredIn {
  const workloads = declaredWorkloads(objects, namespaceOf(source))
  return { source, workloads: workloads.filter(({ workload }) => isAsked(workload)) }
}

function recommendFor(
  { source, workloads }: DeclaredIn,
  request: PlanRequest,
): readonly SourceRecommendation[] {
  const { id, cluster } = source
  const settings = { ...request.recommend, guarded: true }
  return recommend({ cluster, workloads }, request.observations, settings).map((one) => ({
    ...one,
    source: id,
    ...(cluster === undefined ? {} : { cluster }),
  }))
}

function wishesFor(change: SourceChange, { answers, sources }: TracedFields): readonly TracedChange[] {
  const answer = answers.get(`${change.source}\0${fieldKey(change)}`)
  if (answer === undefined) return []
  const { workload, container, field, to } = change
  const address = { workload, ...(container === undefined ? {} : { container }), field }
  const source = sources.find((one) => one.source.id === change.source)?.source
  return [{ ...address, to, trace: orOverlay(answer.trace, source), rendered: answer.path, change }]
}

/** Where no line decides a value, it can still be laid over a source that is rolled out so. */
function orOverlay(trace: Trace, source: Source | undefined): Trace {
  if (trace.chosen !== null || source?.overlay === undefined) return trace
  const file = overlayFile(source.overlay, trace.workload)
  const leaf = { kind: 'insert', file, line: 1, column: 1, document: 0, path: ['values'] } as const
  return { ...trace, leaf, chosen: 'leaf' }
}
