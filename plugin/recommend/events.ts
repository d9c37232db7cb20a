import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import type { PastValue } from '../model/past-edit.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Change, Recommendation } from '../model/recommendation.ts'
import { matchesRule } from '../model/rule-match.ts'
import { reason } from './advice.ts'
import { eventRules } from './command-rules.ts'
import { eventName, raisedBy, restoredAfter } from './event-values.ts'
import { keepLowered, keepWithReasons } from './keep-changes.ts'
import { isRestored, keepNotFitting } from './stuck-rollout.ts'
import type { WorkloadInput } from './workload-input.ts'

interface EventInput {
  readonly declared: DeclaredWorkload
  /** The events of the workload that are not over. */
  readonly events: readonly PlannedEvent[]
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
  /** Bounds of the values of a container; none when left out. */
  readonly bounds?: WorkloadInput['bounds'] | undefined
  /** Keeps from what is restored what must not go down now. */
  readonly hold?: (all: readonly Recommendation[]) => readonly Recommendation[]
}

/** The events of a workload. */
export const eventsOf = (
  events: readonly PlannedEvent[],
  { declared, cluster }: { readonly declared: DeclaredWorkload; readonly cluster: string | undefined },
): readonly PlannedEvent[] =>
  events.filter(({ match }) => matchesRule(match, { cluster, workload: declared.workload }))

/**
 * Raises the minimum of an HPA and requests for planned events, keeps everything from going down while one is on, and restores what they
 * raised after it, unless somebody set another value or more is needed now.
 */
export function withEvents(given: readonly Recommendation[], input: EventInput): readonly Recommendation[] {
  const { events, pastValues, hold = (all) => all } = input
  const roomy = keepRoom(given, events)
  const own = events.filter(({ isOn }) => isOn)
  if (own.length === 0) return withChanges(roomy, changesIn(hold(restoredAfter({ ...input, given: roomy }))))
  const because = reason(eventRules.on, `${own.map(eventName).join(', ')}: nothing is lowered.`)
  const calm = keepAllLowered(roomy, because)
  const raised = keepNotFitting(raisedBy(own, { ...input, given: calm }), ofSizes(pastValues))
  return withChanges(calm, changesIn(raised))
}

const changesIn = (all: readonly Recommendation[]): readonly Change[] =>
  all.flatMap((one) => (one.verdict === 'change' ? [one] : []))

/** The changes of requests and limits alone: pods are no reason for a rollout that does not fit. */
const ofSizes =
  (pastValues: EventInput['pastValues']): EventInput['pastValues'] =>
  (address) =>
    address.container === undefined ? [] : pastValues(address)

/** Keeps everything from going down, but what restores a request or a limit whose rollout is stuck. */
function keepAllLowered(
  recommendations: readonly Recommendation[],
  because: Parameters<typeof keepLowered>[1],
): readonly Recommendation[] {
  const kept = keepLowered(recommendations, because)
  return recommendations.map((one, index) =>
    one.verdict === 'change' && isRestored(one) && one.container !== undefined ? one : (kept[index] ?? one),
  )
}

/** Keeps the maximum of an HPA above the pods that an event will need. */
function keepRoom(
  recommendations: readonly Recommendation[],
  events: readonly PlannedEvent[],
): readonly Recommendation[] {
  const most = ({ minReplicas = 0 }: PlannedEvent): number => minReplicas
  const [first] = [...events].sort((one, other) => most(other) - most(one))
  if (first === undefined) return recommendations
  const needs = Number.isFinite(most(first)) ? `${most(first)} pods` : 'as many pods as the HPA may have'
  const text = `The planned event ${first.name} (until ${first.to}) needs ${needs}.`
  const kept = recommendations.flatMap((one) =>
    one.verdict === 'change' && one.field === 'hpa.maxReplicas' && one.to < one.from && one.to < most(first)
      ? [[one.together, reason(eventRules.on, text)] as const]
      : [],
  )
  return keepWithReasons(recommendations, new Map(kept))
}

/** Puts changes in place of what is recommended for the same values. The rest of their change groups is kept. */
function withChanges(
  recommendations: readonly Recommendation[],
  changes: readonly Change[],
): readonly Recommendation[] {
  const changeOf = (one: Recommendation): Change | undefined =>
    changes.find(({ field, container }) => field === one.field && container === one.container)
  const groups = recommendations.flatMap((one) => {
    const [because] = changeOf(one)?.because.slice(-1) ?? []
    return one.verdict === 'change' && because !== undefined ? [[one.together, because] as const] : []
  })
  const kept = keepWithReasons(recommendations, new Map(groups))
  return [...kept.filter((one) => changeOf(one) === undefined), ...changes]
}
