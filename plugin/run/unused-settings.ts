import type { Settings } from '../../config/schema.ts'
import { scheduleField } from '../model/field.ts'
import type { Plan } from '../model/plan.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Progress } from '../model/progress.ts'
import { matchesRule } from '../model/rule-match.ts'

/**
 * Warns of planned events whose `match` fits no workload of a whole plan, or whose containers are in none of them: a misspelled name would
 * stay unnoticed until the event.
 */
export function warnOfUnmatched(
  events: readonly PlannedEvent[],
  { recommendations }: Pick<Plan, 'recommendations'>,
  progress: Progress,
): void {
  for (const { name, match, minRequests = {} } of events) {
    const matched = recommendations.filter(({ cluster, workload }) =>
      matchesRule(match, { cluster, workload }),
    )
    const containers = new Set(matched.map(({ container }) => container))
    const unknown = Object.keys(minRequests).filter((one) => !containers.has(one))
    if (matched.length > 0 && unknown.length > 0)
      progress({
        kind: 'warning',
        message: `the planned event ${name} names containers that no workload has which it matches (${unknown.join(', ')}), so their requests are not raised; correct minRequests in the settings`,
      })
    if (matched.length > 0) continue
    const wanted = Object.entries(match)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')
    progress({
      kind: 'warning',
      message: `the planned event ${name} matches no workload that has recommendations ({ ${wanted} }), so nothing is raised for it; check its match in the settings, and whether an HPA scales the workload`,
    })
  }
}

/** Warns of cron triggers that the settings want where no workload of a whole plan has a ScaledObject that could get them. */
export function warnOfNoScaledObject(
  { recommend }: Pick<Settings, 'recommend'>,
  { recommendations }: Pick<Plan, 'recommendations'>,
  progress: Progress,
): void {
  if (recommend.replicaSlots !== 'keda' || recommendations.length === 0) return
  if (recommendations.some(({ field }) => field === scheduleField)) return
  progress({
    kind: 'warning',
    message:
      'recommend.replicaSlots is keda, but no ScaledObject of KEDA in the sources scales a workload, so no cron trigger is written',
  })
}
