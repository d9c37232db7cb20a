import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import { madeBy, type PastValue } from '../model/past-edit.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { matchesRule } from '../model/rule-match.ts'
import { reason } from './advice.ts'
import { emergencyRules } from './emergency.ts'
import { keepLowered, keepWithReasons } from './keep-changes.ts'

/** The rules of planned events; commits name them. */
export const eventRules = { on: 'event.on', over: 'event.over' } as const

const field = 'hpa.minReplicas'

interface EventInput {
  readonly declared: DeclaredWorkload
  readonly cluster: string | undefined
  /** The events that are not over. */
  readonly events: readonly PlannedEvent[]
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
}

/**
 * Raises the minimum of an HPA for planned events, keeps everything from going down while one is on, and restores the minimum
 * after it, unless somebody set another one.
 */
export function withEvents(
  given: readonly Recommendation[],
  { declared, cluster, events, pastValues }: EventInput,
): readonly Recommendation[] {
  const { workload, autoscaler } = declared
  const [minimum, maximum] = [autoscaler?.minReplicas, autoscaler?.maxReplicas]
  if (minimum === undefined || maximum === undefined) return given
  const planned = events.filter(({ match }) => matchesRule(match, { cluster, workload }))
  const roomy = keepRoom(given, planned)
  const own = planned.filter(({ isOn }) => isOn)
  const last = pastValues({ workload, field }).find(
    ({ rules, emergency }) => emergency === undefined && !rules.includes(emergencyRules.over),
  )
  if (own.length === 0) return restored(roomy, { workload, minimum, last })
  const wanted = own.reduce((high, { minReplicas }) => Math.max(high, minReplicas), 0)
  const because = reason(eventRules.on, textOf(own, { wanted, maximum }))
  const kept = keepLowered(roomy, because)
  const to = Math.min(wanted, maximum)
  return to > minimum ? withMinimum(kept, changeOf(workload, [minimum, to], because)) : kept
}

/** Keeps the maximum of an HPA above the pods that an event will need. */
function keepRoom(
  recommendations: readonly Recommendation[],
  planned: readonly PlannedEvent[],
): readonly Recommendation[] {
  const [first] = [...planned].sort((one, other) => other.minReplicas - one.minReplicas)
  if (first === undefined) return recommendations
  const text = `The planned event ${first.name} (until ${first.to}) needs ${first.minReplicas} pods.`
  const kept = recommendations.flatMap((one) =>
    one.verdict === 'change' &&
    one.field === 'hpa.maxReplicas' &&
    one.to < one.from &&
    one.to < first.minReplicas
      ? [[one.together, reason(eventRules.on, text)] as const]
      : [],
  )
  return keepWithReasons(recommendations, new Map(kept))
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
