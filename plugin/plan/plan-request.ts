import type { Prices } from '../model/backtest.ts'
import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { Budget, Waves } from '../model/pacing.ts'
import type { IsEditOf } from '../model/past-edit.ts'
import type { ProposedChange } from '../model/proposal.ts'
import type { Recommendation } from '../model/recommendation.ts'
import type { Source } from '../model/source.ts'
import type { Workload } from '../model/workload.ts'
import type { RecommendSettings } from '../recommend/recommend.ts'
import type { ReviewChange } from './apply-decisions.ts'
import type { Graduation } from './graduate.ts'
import type { HoldSettings } from './hold-edited.ts'
import type { Measure } from './measure.ts'
import type { HasHistory } from './past-edits.ts'

export type LastChange = RecommendSettings['lastChange']
export type FindPastValues = NonNullable<RecommendSettings['pastValues']>

/** How to decide. Only edits that can have set a value count as changes of it. */
export interface PlanSettings extends Omit<RecommendSettings, 'lastChange' | 'pastValues'> {
  readonly lastChange: (...asked: [...Parameters<LastChange>, isEditOf: IsEditOf]) => ReturnType<LastChange>
  readonly pastValues?: (
    ...asked: [...Parameters<FindPastValues>, isEditOf: IsEditOf]
  ) => ReturnType<FindPastValues>
}

/** Decides the values of a workload; `isEditOf` says which earlier edits can have set them. */
export type Decide = (
  declared: DeclaredWorkload,
  cluster: string | undefined,
  isEditOf: IsEditOf,
) => readonly Recommendation[]

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
  /** Whether the plan lists every workload with its figures, for a report on the fleet. */
  readonly withFleet?: boolean
  /** Whether a value that several sources share may be edited. */
  readonly allowShared: boolean
  /** Whether sizes in templates of charts may be edited. */
  readonly allowTemplates?: boolean
  /** Whether a list of values may be copied into an override. */
  readonly copyLists?: boolean
  /** Proposes only what waits for nothing: what takes back harm, answers OOM kills, or ends emergencies. */
  readonly onlyUrgent?: boolean
  /** The order in which clusters or workloads change; all at once when left out. */
  readonly waves?: Waves
  /** How much may move at once; everything when left out. */
  readonly budget?: Budget
  /** Measures workloads once more that change or changed lately; nothing is measured when left out. */
  readonly measure?: Measure
  /** How workloads earn a delivery with less review; they do not when left out. */
  readonly graduation?: Graduation
  /** Decides the values of a workload in place of the profile, whatever its usage is: a person commands it. */
  readonly decide?: Decide
  /** Applies reviewers' decisions; every change is accepted by default. */
  readonly review?: ReviewChange
  /** Splits the proposal: changes of one scope stay together. Without it the proposal stays whole. */
  readonly scopeOf?: (change: ProposedChange) => string
}
