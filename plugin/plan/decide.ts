import { groupBy } from '../model/group.ts'
import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { Earned } from '../model/pacing.ts'
import type { IsEditOf } from '../model/past-edit.ts'
import type { Plan, SourceRecommendation } from '../model/plan.ts'
import type { Skipped } from '../model/proposal.ts'
import type { SourceRollout } from '../model/rollout.ts'
import { sourceWorkloadKey, type Workload, workloadKey } from '../model/workload.ts'
import { recommend } from '../recommend/recommend.ts'
import { applyDecisions, type ReviewChange, type SourceChange } from './apply-decisions.ts'
import { backtestPlan } from './backtest-plan.ts'
import { coverageOf } from './coverage.ts'
import type { DeclaredIn } from './declared-source.ts'
import { backtestOfFleet, fleetOfPlan } from './fleet.ts'
import { followedChanges } from './followed-changes.ts'
import { earnedBy, withEarned } from './graduate.ts'
import { joinReferences } from './join-references.ts'
import { withMeasured } from './measure.ts'
import { nameWholePods } from './name-whole-pods.ts'
import { pace } from './pace.ts'
import { editsBySource, type HasHistory } from './past-edits.ts'
import type { FindPastValues, LastChange, PlanRequest } from './plan-request.ts'
import type { Proposed } from './propose-changes.ts'
import type { PlanPorts } from './render-sources.ts'
import { slotsOfPlan } from './replica-slots.ts'
import type { SourceFacts } from './source-facts.ts'
import { type FindSurroundings, surroundingsOf } from './surroundings.ts'
import { unansweredKills } from './unanswered-kills.ts'
import { unboundedBy } from './unbounded.ts'
import { isUrgent } from './urgent.ts'

/** What the rendered sources declare, and the sources that do not render. */
export interface KnownFacts {
  readonly facts: readonly SourceFacts[]
  readonly failed: readonly Skipped[]
}

/** What is recommended, and which of these changes are to be proposed. */
export interface Decided extends KnownFacts {
  readonly declared: readonly DeclaredIn[]
  /** The usage of the workloads as the sources declare them. */
  readonly observations: readonly Observation[]
  readonly recommendations: readonly SourceRecommendation[]
  readonly changes: readonly SourceChange[]
  /** What became of earlier changes. */
  readonly followed: readonly FollowedChange[]
  /** What workloads earned by them. */
  readonly earned?: readonly Earned[]
  readonly skipped: readonly Skipped[]
}

const acceptAll: ReviewChange = ({ to }) => ({ to })
const noHistory: HasHistory = () => false
const isChange = (one: SourceRecommendation): one is SourceChange => one.verdict === 'change'

/** Recommends values for everything that the sources declare, and applies reviewers' decisions to the changes. */
export async function decide(
  { facts, failed }: KnownFacts,
  request: PlanRequest,
  ports: PlanPorts,
): Promise<Decided> {
  const { review = acceptAll, hasHistory = noHistory, isSelected = () => true } = request
  const declared = facts.map(({ source, workloads }) => ({
    source,
    workloads: workloads.filter(({ workload }) => isSelected(workload)),
  }))
  const unmeasured = nameWholePods(joinReferences(request.observations, facts), declared)
  const editsIn = await editsBySource(declared, hasHistory, ports)
  const surroundings = surroundingsOf(facts, declared, unmeasured)
  const evaluate = evaluation(declared, { ...request, surroundings, hasHistory }, editsIn)
  const { observations, recommendations, followed } = await measured(evaluate(unmeasured), evaluate, request)
  const wanted = recommendations.filter(isChange).filter((one) => !request.onlyUrgent || isUrgent(one))
  const { graduation } = request
  const earned = graduation && earnedBy(followed, graduation)
  const recommended = earned && graduation ? withEarned(wanted, earned, graduation) : wanted
  const known = { ...request, declared, observations, recommendations }
  const reviewed = applyDecisions(recommended, (one) => review(one, editsIn(one.source)))
  const paced = pace(reviewed.changes, { ...known, followed })
  const skipped = [...reviewed.skipped, ...paced.skipped]
  const { changes } = paced
  const decided = { facts, failed, declared, observations, recommendations, changes, followed, skipped }
  return earned === undefined ? decided : { ...decided, earned }
}

type Evaluated = Pick<Decided, 'observations' | 'recommendations' | 'followed'>
type Evaluate = (observations: readonly Observation[], before?: Evaluated) => Evaluated

/** Returns what is recommended from observations, and what became of earlier changes. After an earlier result, only what differs from it is decided again. */
function evaluation(
  declared: readonly DeclaredIn[],
  request: PlanRequest & { readonly surroundings: FindSurroundings; readonly hasHistory: HasHistory },
  editsIn: (source: string) => IsEditOf,
): Evaluate {
  const { hasHistory } = request
  return (observations, before) => {
    const known = groupBy(before?.recommendations ?? [], sourceWorkloadKey)
    const isSame = sameIn(before?.observations ?? [], observations)
    const recommendations = declared.flatMap(({ source, workloads }) =>
      workloads.flatMap((one) => {
        const earlier = known.get(sourceWorkloadKey({ source: source.id, ...one }))
        return earlier !== undefined && isSame(one.workload, source.cluster)
          ? earlier
          : recommendFor({ source, workloads: [one] }, { ...request, observations }, editsIn(source.id))
      }),
    )
    const followed = followedChanges(declared, {
      ...request,
      observations,
      recommendations,
      hasHistory,
      editsIn,
    })
    return { observations, recommendations, followed }
  }
}

/** Whether the observation of a workload is the same object in two lists. */
function sameIn(one: readonly Observation[], other: readonly Observation[]) {
  return (workload: Workload, cluster: string | undefined): boolean => {
    const key = workloadKey(workload)
    return observedIn(one, cluster).get(key) === observedIn(other, cluster).get(key)
  }
}

/** Decides again with the signals of what changes or changed lately, where there are any. */
async function measured(first: Evaluated, evaluate: Evaluate, request: PlanRequest): Promise<Evaluated> {
  const {
    measure,
    recommend: { health },
  } = request
  if (measure === undefined || health === undefined) return first
  const observations = await withMeasured(first, { days: health.days, measure })
  return observations === first.observations ? first : evaluate(observations, first)
}

/** Returns the plan of what was decided and proposed; `undefined` where nothing is proposed. */
export function planOf(decided: Decided, proposed: Proposed | undefined, request: PlanRequest): Plan {
  const { facts, failed, declared, observations, recommendations } = decided
  const proposal = proposed?.proposal
  const recommended = recommendations.filter(isChange)
  const used = { ...request, observations }
  const fleet = request.withFleet ? fleetOfPlan(declared, { ...used, proposal }) : undefined
  // The fleet has the figures of the proposal already.
  const backtest =
    fleet && proposal
      ? backtestOfFleet(fleet, request.prices.currency)
      : backtestPlan(declared, { ...used, recommended, proposal })
  return {
    recommendations,
    ...proposed,
    skipped: [...failed, ...decided.skipped, ...(proposed?.skipped ?? [])],
    rollouts: rolloutsOf(facts, proposal),
    references: facts.flatMap((one) => one.references),
    followed: decided.followed,
    ...(decided.earned && { earned: decided.earned }),
    backtest,
    ...(fleet && { fleet }),
    slots: slotsOfPlan(declared, used),
    unanswered: unansweredKills(recommendations, observations),
    // The share of a selection says nothing.
    ...(request.isSelected === undefined && { coverage: coverageOf(declared, observations, failed) }),
    unbounded: unboundedBy(observations, proposal?.changes ?? []),
  }
}

/** How the proposed changes of each source reach its cluster. */
function rolloutsOf(facts: readonly SourceFacts[], proposal: Plan['proposal']): readonly SourceRollout[] {
  const changed = new Set((proposal?.changes ?? []).map(({ source }) => source))
  return facts.flatMap(({ source: { id }, rollouts }) =>
    changed.has(id) && rollouts.length > 0 ? [{ source: id, rollouts }] : [],
  )
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
  const { decide: command } = request
  const decided =
    command === undefined
      ? recommend({ cluster, workloads }, request.observations, settings)
      : workloads.flatMap((one) => command(one, cluster, isEditOf))
  return decided.map((one) => ({
    ...one,
    source: id,
    ...(cluster === undefined ? {} : { cluster }),
  }))
}
