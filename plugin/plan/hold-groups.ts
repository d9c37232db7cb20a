import { fieldLabel } from '../model/field.ts'
import type { Skipped } from '../model/proposal.ts'
import { workloadLabel } from '../model/workload.ts'
import type { SourceChange } from './apply-decisions.ts'
import { changeGroupKey } from './change-group.ts'

/** Changes that go on, and those that wait. */
export interface Held {
  readonly changes: readonly SourceChange[]
  readonly skipped: readonly Skipped[]
}

/** Separates the changes for which there is a reason to wait, with the rest of their change groups. */
export function holdGroups(
  changes: readonly SourceChange[],
  reasonFor: (change: SourceChange) => string | undefined,
): Held {
  const reasons = new Map<string, string>()
  for (const one of changes) {
    const reason = reasons.has(changeGroupKey(one)) ? undefined : reasonFor(one)
    if (reason !== undefined) reasons.set(changeGroupKey(one), reason)
  }
  if (reasons.size === 0) return { changes, skipped: [] }
  return {
    changes: changes.filter((one) => !reasons.has(changeGroupKey(one))),
    skipped: changes.flatMap((one): readonly Skipped[] => {
      const reason = reasons.get(changeGroupKey(one))
      const { source, cluster, workload } = one
      return reason === undefined
        ? []
        : [
            {
              source,
              ...(cluster === undefined ? {} : { cluster }),
              namespace: workload.namespace,
              workload: workloadLabel(workload),
              field: fieldLabel(one),
              reason,
            },
          ]
    }),
  }
}
