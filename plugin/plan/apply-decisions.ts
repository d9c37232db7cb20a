import { fieldLabel } from '../model/field.ts'
import type { EarnedDelivery } from '../model/pacing.ts'
import type { IsEditOf } from '../model/past-edit.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import type { Skipped } from '../model/proposal.ts'
import type { Change } from '../model/recommendation.ts'
import { workloadLabel } from '../model/workload.ts'
import { changeGroupKey } from './change-group.ts'

/** A change with the source that declares its workload. */
export type SourceChange = Change &
  Pick<SourceRecommendation, 'source' | 'cluster'> & {
    /** How it is delivered, where its workload earned that. */
    readonly earned?: EarnedDelivery
  }

/** Returns what reviewers decided about a change: the value to propose, or why the field is skipped. */
export type DecideChange = (
  change: SourceChange,
) => { readonly to: number; readonly written?: string } | { readonly reason: string }

/** The same for commits: those that did not edit a value of the workload decided nothing about the change. */
export type ReviewChange = (change: SourceChange, isEditOf: IsEditOf) => ReturnType<DecideChange>

/** Applies reviewers' decisions to the changes. The fields of a change group are skipped if one of them is skipped. */
export function applyDecisions(
  changes: readonly SourceChange[],
  decide: DecideChange,
): { readonly changes: readonly SourceChange[]; readonly skipped: readonly Skipped[] } {
  const decided = changes.map((change) => ({ change, decision: decide(change) }))
  const skippedGroups = new Map(
    decided.flatMap(({ change, decision }) =>
      'reason' in decision ? [[changeGroupKey(change), change]] : [],
    ),
  )
  const skipped: Skipped[] = []
  const kept: SourceChange[] = []
  for (const { change, decision } of decided) {
    const cause = skippedGroups.get(changeGroupKey(change))
    const { source, cluster, workload } = change
    if (cause !== undefined) {
      const reason =
        'reason' in decision
          ? decision.reason
          : `changes together with ${fieldLabel(cause)}, which is skipped`
      skipped.push({
        source,
        ...(cluster === undefined ? {} : { cluster }),
        namespace: workload.namespace,
        workload: workloadLabel(workload),
        field: fieldLabel(change),
        reason,
      })
    } else if ('to' in decision) kept.push(withDecided(change, decision))
  }
  return { changes: kept, skipped }
}

/** A change with the value to propose. A value that is written as a text is replaced by the text of an earlier one. */
const withDecided = (
  change: SourceChange,
  { to, written }: { readonly to: number; readonly written?: string },
): SourceChange =>
  change.written === undefined || written === undefined ? { ...change, to } : { ...change, to, written }
