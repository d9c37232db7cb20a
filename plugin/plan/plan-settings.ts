import type { IsEditOf } from '../model/past-edit.ts'
import type { RecommendSettings } from '../recommend/recommend.ts'

export type LastChange = RecommendSettings['lastChange']
export type FindPastValues = NonNullable<RecommendSettings['pastValues']>

/** How to decide. Only edits that can have set a value count as changes of it. */
export interface PlanSettings extends Omit<RecommendSettings, 'lastChange' | 'pastValues'> {
  readonly lastChange: (...asked: [...Parameters<LastChange>, isEditOf: IsEditOf]) => ReturnType<LastChange>
  readonly pastValues?: (
    ...asked: [...Parameters<FindPastValues>, isEditOf: IsEditOf]
  ) => ReturnType<FindPastValues>
}
