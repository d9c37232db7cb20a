import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import { madeBy, type PastValue } from '../model/past-edit.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { matchesRule } from '../model/rule-match.ts'
import { reason } from './advice.ts'
import { keepLowered } from './keep-changes.ts'

/** The rules of planned events; commits name them. */
export const eventRules = { on: 'event.on', over: 'event.over' } as const

const field = 'hpa.minReplicas'

interface EventInput {
  readonly declared: DeclaredWorkload
  readonly cluster: string | undefined
  /** The events that are on, or about to begin. */
  readonly events: readonly PlannedEvent[]
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
}

/**
 * Raises the minimum of an HPA for planned events, keeps everything from going down while one is on, and restores the minimum
 * after it, unless somebody set another one.
 */
export function withEvents(
  recommendations: readonly Recommendation[],
  { declared, cluster, events, pastValues }: EventInput,
): readonly Recommendation[] {
  const { workload, autoscaler } = declared
  const [minimum, maximum] = [autoscaler?.minReplicas, autoscaler?.maxReplicas]
  if (minimum === undefined || maximum === undefined) return recommendations
  const own = events.filter(({ match }) => matchesRule(match, { cluster, workload }))
  const [last] = pastValues({ workload, field })
  if (own.length === 0) return restored(recommendations, { workload, minimum, last })
  const wanted = own.reduce((high, { minReplicas }) => Math.max(high, minReplicas), 0)
  const because = reason(eventRules.on, textOf(own, { wanted, maximum }))
  const kept = keepLowered(recommendations, because)
  const to = Math.min(wanted, maximum)
  return to > minimum ? withMinimum(kept, changeOf(workload, [minimum, to], because)) : kept
}

function textOf(
  events: readonly PlannedEvent[],
  { wanted, maximum }: { readonly wanted: number; readonly maximum: number },
): string {
  const names = events.map(({ name, to }) => `${name} (until ${to})`).join(', ')
  const bound = wanted > maximum ? ` ${wanted} are wanted, and the maximum of the HPA is ${maximum}.` : ''
  return `Planned: ${names}. At least ${wanted} pods run, and nothing is lowered.${bound}`
}

interface AfterEvent {
  readonly workload: FieldAddress['workload']
  readonly minimum: number
  readonly last: PastValue | undefined
}

function restored(
  recommendations: readonly Recommendation[],
  { workload, minimum, last }: AfterEvent,
): readonly Recommendation[] {
  if (last === undefined || !last.rules.includes(eventRules.on) || Number(last.to) !== minimum)
    return recommendations
  const to = Number(last.from)
  if (!Number.isInteger(to) || to < 0 || to >= minimum) return recommendations
  const text = `The planned event is over for which it was raised on ${last.at.slice(0, 10)} (${madeBy(last)}).`
  return withMinimum(recommendations, changeOf(workload, [minimum, to], reason(eventRules.over, text)))
}

const changeOf = (
  workload: FieldAddress['workload'],
  [from, to]: readonly [from: number, to: number],
  because: Reason,
): Change => ({ workload, field, verdict: 'change', from, to, because: [because], together: 'event' })

const withMinimum = (
  recommendations: readonly Recommendation[],
  change: Change,
): readonly Recommendation[] => [...recommendations.filter((one) => one.field !== field), change]
