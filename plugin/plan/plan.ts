import type { Prices } from '../model/backtest.ts'
import { type DeclaredWorkload, declaredWorkloads } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { Budget, Waves } from '../model/pacing.ts'
import type { IsEditOf } from '../model/past-edit.ts'
import type { Plan, SourceRecommendation } from '../model/plan.ts'
import type { ProposedChange } from '../model/proposal.ts'
import type { Recommendation } from '../model/recommendation.ts'
import type { SourceRollout } from '../model/rollout.ts'
import type { Rendering, Source } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import type { Workload } from '../model/workload.ts'
import { workloadReferences } from '../model/workload-reference.ts'
import { recommend } from '../recommend/recommend.ts'
import { applyDecisions, type ReviewChange, type SourceChange } from './apply-decisions.ts'
import { backtestPlan } from './backtest-plan.ts'
import { coverageOf } from './coverage.ts'
import type { DeclaredIn } from './declared-source.ts'
import { followedChanges } from './followed-changes.ts'
import { type HoldSettings, holdEdited } from './hold-edited.ts'
import { joinReferences } from './join-references.ts'
import { nameWholePods } from './name-whole-pods.ts'
import { pace } from './pace.ts'
import { editsBySource, type HasHistory } from './past-edits.ts'
import type { FindPastValues, LastChange, PlanSettings } from './plan-settings.ts'
import { propose } from './propose.ts'
import { type PlanPorts, renderAll } from './render-sources.ts'
import { slotsOfPlan } from './replica-slots.ts'
import { splitByScope } from './split-by-scope.ts'
import { type FindSurroundings, surroundingsOf } from './surroundings.ts'
import { traceChanges } from './trace-changes.ts'
import type { TracedFields } from './trace-fields.ts'
import { traceFields } from './trace-fields.ts'
import { unansweredKills } from './unanswered-kills.ts'
import { unboundedBy } from './unbounded.ts'

/** What to plan, and from which usage. */
export interface PlanRequest {
  readonly sources: readonly Source[]
  readonly observations: readonly Observation[]
  readonly recommend: PlanSettings
  /** The workloads for which it matters which edits can have set their values; none by default. */
  readonly hasHistory?: HasHistory
  /** Limits the plan to some workloads; all workloads by default. */
  readonly isSelected?: (workload: Workload) => boolean
  /** How values are held that people changed; they are not when left out. */
  readonly hold?: HoldSettings
  /** The cost of requests, for the backtest of the plan. */
  readonly prices: Prices & { readonly currency: string }
  /** Whether a value that several sources share may be edited. */
  readonly allowShared: boolean
  /** Whether sizes in templates of charts may be edited. */
  readonly allowTemplates?: boolean
  /** Whether a list of values may be copied into an override. */
  readonly copyLists?: boolean
  /** The order in which clusters or workloads change; all at once when left out. */
  readonly waves?: Waves
  /** How much may move at once; everything when left out. */
  readonly budget?: Budget
  /** Decides the values of a workload in place of the profile, whatever its usage is: a person commands it. */
  readonly decide?: Decide
  /** Applies reviewers' decisions; every change is accepted by default. */
  readonly review?: ReviewChange
  /** Splits the proposal: changes of one scope stay together. Without it the proposal stays whole. */
  readonly scopeOf?: (change: ProposedChange) => string
}

/** Decides the values of a workload; `isEditOf` says which earlier edits can have set them. */
export type Decide = (
  declared: DeclaredWorkload,
  cluster: string | undefined,
  isEditOf: IsEditOf,
) => readonly Recommendation[]

const acceptAll: ReviewChange = ({ to }) => ({ to })
const noHistory: HasHistory = () => false
const neverHeld: HoldSettings = { holdDays: 0, keyOf: () => '' }

const isChange = (one: SourceRecommendation): one is SourceChange => one.verdict === 'change'

/** Computes a plan: renders the sources, recommends values, traces and edits their source lines, and proves the edits. */
export async function plan(given: PlanRequest, ports: PlanPorts): Promise<Plan> {
  const { rendered, failed } = await renderAll(given.sources, ports)
  const references = rendered.map(({ source, objects }) => ({
    source,
    references: workloadReferences(objects, namespaceOf(source)),
  }))
  const declared = rendered.map((rendering) => declaredIn(rendering, given.isSelected))
  const joined = joinReferences(given.observations, references)
  const request = { ...given, observations: nameWholePods(joined, declared) }
  const { review = acceptAll, hasHistory = noHistory } = request
  const editsIn = await editsBySource(declared, hasHistory, ports)
  const surroundings = surroundingsOf(rendered, declared, request.observations)
  const recommendations = declared.flatMap((one) =>
    recommendFor(one, { ...request, surroundings }, editsIn(one.source.id)),
  )
  const recommended = recommendations.filter(isChange)
  const followed = followedChanges(declared, { ...request, hasHistory, recommendations, editsIn })
  const reviewed = applyDecisions(recommended, (one) => review(one, editsIn(one.source)))
  const paced = pace(reviewed.changes, { ...request, declared, recommendations, followed })
  const { changes } = paced
  const skipped = [...reviewed.skipped, ...paced.skipped]
  const proposed =
    changes.length === 0 ? undefined : await proposeChanges({ changes, rendered, request }, ports)
  const proposal = proposed?.proposal
  return {
    recommendations,
    ...proposed,
    skipped: [...failed, ...skipped, ...(proposed?.skipped ?? [])],
    rollouts: rolloutsOf(rendered, proposal),
    references: references.flatMap((one) => one.references),
    followed,
    backtest: backtestPlan(declared, { ...request, recommended, proposal }),
    slots: slotsOfPlan(declared, request),
    unanswered: unansweredKills(recommendations, request.observations),
    // The share of a selection says nothing.
    ...(given.isSelected === undefined && { coverage: coverageOf(declared, request.observations, failed) }),
    unbounded: unboundedBy(request.observations, proposal?.changes ?? []),
  }
}

/** How the proposed changes of each source reach its cluster. */
function rolloutsOf(rendered: readonly Rendering[], proposal: Plan['proposal']): readonly SourceRollout[] {
  const changed = new Set((proposal?.changes ?? []).map(({ source }) => source))
  return rendered.flatMap(({ source: { id }, rollouts = [] }) =>
    changed.has(id) && rollouts.length > 0 ? [{ source: id, rollouts }] : [],
  )
}

interface ChangesToPropose {
  readonly changes: readonly SourceChange[]
  readonly rendered: readonly Rendering[]
  readonly request: PlanRequest
}

type Proposed = Pick<Plan, 'proposal' | 'parts' | 'skipped' | 'reads'>

/** Traces, edits and proves changes, and splits the proposal by scope. */
async function proposeChanges(
  {
    changes,
    rendered,
    request: { allowShared, allowTemplates = false, copyLists = false, scopeOf, hold = neverHeld },
  }: ChangesToPropose,
  ports: PlanPorts,
): Promise<Proposed> {
  const selected = new Set(changes.map(({ source }) => source))
  const known = { named: rendered.map(({ source }) => source), rendered }
  const traced = await traceFields(selected, known, { ...ports, allowShared, allowTemplates, copyLists })
  const { open: tracedChanges, skipped: held } = await holdEdited(
    traceChanges(changes, traced),
    changes,
    hold,
  )
  const proving = { ...ports, sharers: traced.sharers }
  const proposed = await propose(tracedChanges, proving)
  const whole = { ...proposed, skipped: [...held, ...proposed.skipped], reads: readsOf(traced) }
  if (whole.proposal === undefined || scopeOf === undefined) return whole
  const split = await splitByScope(whole.proposal, tracedChanges, { ...proving, scopeOf })
  return { ...whole, parts: split.parts, skipped: [...whole.skipped, ...split.skipped] }
}

const readsOf = ({ sharers }: TracedFields): readonly string[] => [
  ...new Set(sharers.flatMap(({ source, files }) => [...files, source.path])),
]

function declaredIn(
  { source, objects }: Rendering,
  isSelected: PlanRequest['isSelected'] = () => true,
): DeclaredIn {
  const workloads = declaredWorkloads(objects, namespaceOf(source))
  return { source, workloads: workloads.filter(({ workload }) => isSelected(workload)) }
}

function recommendFor(
  { source, workloads }: DeclaredIn,
  request: PlanRequest & { readonly surroundings: FindSurroundings },
  isEditOf: IsEditOf,
): readonly SourceRecommendation[] {
  const { id, cluster } = source
  const lastChange: LastChange = (address, time) => request.recommend.lastChange(address, time, isEditOf)
  const pastValues: FindPastValues = (address, time) =>
    request.recommend.pastValues?.(address, time, isEditOf) ?? []
  const { surroundings } = request
  const settings = { ...request.recommend, lastChange, pastValues, surroundings, guarded: true }
  const { decide } = request
  const decided =
    decide === undefined
      ? recommend({ cluster, workloads }, request.observations, settings)
      : workloads.flatMap((one) => decide(one, cluster, isEditOf))
  return decided.map((one) => ({
    ...one,
    source: id,
    ...(cluster === undefined ? {} : { cluster }),
  }))
}
