import { fieldLabel } from '../model/field.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import type { Skipped } from '../model/proposal.ts'
import type { Change } from '../model/recommendation.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'

/** A change with the source that declares its workload. */
export type SourceChange = Change & Pick<SourceRecommendation, 'source' | 'cluster'>

/** What people decided about a change: another value for it, or why it is left alone. */
export type DecideChange = (change: SourceChange) => { readonly to: number } | { readonly reason: string }

const changeGroupOf = (change: SourceChange): string =>
  [change.source, workloadKey(change.workload), change.together].join('\0')

/** Lays decisions over changes. What must move together with a value that is left alone is left alone too. */
export function applyDecisions(
  changes: readonly SourceChange[],
  review: DecideChange,
): { readonly changes: readonly SourceChange[]; readonly skipped: readonly Skipped[] } {
  const reviewed = changes.map((change) => ({ change, verdict: review(change) }))
  const halted = new Map(
    reviewed.flatMap(({ change, verdict }) => ('reason' in verdict ? [[changeGroupOf(change), change]] : [])),
  )
  const skipped: Skipped[] = []
  const kept: SourceChange[] = []
  for (const { change, verdict } of reviewed) {
    const culprit = halted.get(changeGroupOf(change))
    const { source, workload } = change
    if (culprit !== undefined) {
      const reason =
        'reason' in verdict
          ? verdict.reason
          : `moves together with ${fieldLabel(culprit)}, which is left alone`
      skipped.push({ source, workload: workloadLabel(workload), field: fieldLabel(change), reason })
    } else if ('to' in verdict) kept.push({ ...change, to: verdict.to })
  }
  return { changes: kept, skipped }
}
