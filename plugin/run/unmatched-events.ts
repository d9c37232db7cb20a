import type { Plan } from '../model/plan.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Progress } from '../model/progress.ts'
import { matchesRule } from '../model/rule-match.ts'

/** Warns of planned events whose `match` fits no workload of a whole plan: a misspelled name would stay unseen until the event. */
export function warnOfUnmatched(
  events: readonly PlannedEvent[],
  { recommendations }: Pick<Plan, 'recommendations'>,
  progress: Progress,
): void {
  for (const { name, match } of events) {
    if (recommendations.some(({ cluster, workload }) => matchesRule(match, { cluster, workload }))) continue
    const wanted = Object.entries(match)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')
    progress({
      kind: 'warning',
      message: `the planned event ${name} matches no workload that has recommendations ({ ${wanted} }), so nothing is raised for it; check its match in the settings, and whether an HPA scales the workload`,
    })
  }
}
