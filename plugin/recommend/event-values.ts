import type { DeclaredWorkload } from '../model/declared.ts'
import type { DeclaredContainer } from '../model/declared-container.ts'
import type { FieldAddress } from '../model/field.ts'
import { madeBy, type PastValue } from '../model/past-edit.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { printValue, readValue, sameValue } from '../model/value.ts'
import { reason } from './advice.ts'
import { eventRules, isOfEmergency, isOfEvent } from './command-rules.ts'
import { declaredText } from './declared-text.ts'
import { beginOf, emergencyEndOf } from './emergency.ts'
import { stuckRule } from './stuck-rollout.ts'
import type { WorkloadInput } from './workload-input.ts'

/** The values of a workload, and what else is known of them. */
export interface EventValues {
  readonly declared: DeclaredWorkload
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
  readonly bounds?: WorkloadInput['bounds'] | undefined
  /** What is recommended without events. */
  readonly given: readonly Recommendation[]
  /** Change groups that do less than events need. */
  readonly short?: ReadonlySet<string>
}

type Resource = 'cpu' | 'memory'

/** A resource of a container. A request that Kubernetes takes from the limit is no field of its own. */
interface Sized {
  readonly resource: Resource
  readonly container: string
  readonly request: FieldAddress | undefined
  readonly limit: FieldAddress | undefined
}

/** How an event is named in reasons. */
export const eventName = ({ name, to }: PlannedEvent): string => `Planned: ${name} (until ${to})`

const podsOf = ({ workload }: DeclaredWorkload): FieldAddress => ({ workload, field: 'hpa.minReplicas' })

const sizesOf = ({ workload, containers }: DeclaredWorkload): readonly Sized[] =>
  containers
    .filter(({ role }) => role !== 'init')
    .flatMap((one) =>
      (['cpu', 'memory'] as const).map((resource) => {
        const { name: container } = one
        const request: FieldAddress = { workload, container, field: `requests.${resource}` }
        const limit: FieldAddress = { workload, container, field: `limits.${resource}` }
        return {
          ...{ resource, container },
          request: isOwn(one, request) ? request : undefined,
          limit: isOwn(one, limit) ? limit : undefined,
        }
      }),
    )

const isOwn = ({ values, implied = [] }: DeclaredContainer, { field }: FieldAddress): boolean =>
  Object.hasOwn(values, field) && !implied.some((one) => one === field)

/** The value of a field in Git, in the unit of the field. */
const currentOf = ({ declared }: EventValues, one: FieldAddress | undefined): number | undefined =>
  one && readValue(one.field, declaredText(declared, one) ?? '')

/** What is recommended for a field, if that is no less than its value. */
function neededIn(values: EventValues, one: FieldAddress): Change | undefined {
  const found = values.given.find(
    ({ field, container }) => field === one.field && container === one.container,
  )
  return found?.verdict === 'change' && found.to >= found.from ? found : undefined
}

const changeOf = (
  one: FieldAddress,
  [from, to]: readonly [from: number, to: number],
  because: readonly Reason[],
): Change => {
  const together =
    one.container === undefined ? 'event' : `event: ${one.container} ${one.field.split('.')[1]}`
  return { ...one, verdict: 'change', from, to, because, together }
}

/** What events raise: the minimum of the HPA, and requests, with a limit that would be below. */
export function raisedBy(events: readonly PlannedEvent[], values: EventValues): readonly Change[] {
  const first = raises(events, values)
  const own = new Set(first.filter(isOwnRaise).map(fieldKey))
  const groups = new Set(first.map(({ together }) => together))
  // A group that does what one value needs and less than another one does is not taken.
  const short = values.given.flatMap((one) =>
    one.verdict === 'change' && groups.has(one.together) && own.has(fieldKey(one)) ? [one.together] : [],
  )
  const all = short.length === 0 ? first : raises(events, { ...values, short: new Set(short) })
  return [...new Map(all.map((one) => [fieldKey(one), one])).values()]
}

const fieldKey = ({ container, field }: FieldAddress): string => `${container ?? ''} ${field}`
const isOwnRaise = ({ because }: Change): boolean => because.some(({ rule }) => rule === eventRules.on)

const raises = (events: readonly PlannedEvent[], values: EventValues): readonly Change[] => [
  ...raisedPods(events, values),
  ...sizesOf(values.declared).flatMap((one) => raisedSizes(events, one, values)),
]

/** The change group that raises a value to what events want, or above. */
function groupFor(one: FieldAddress, { value }: Wanted, values: EventValues): Change | undefined {
  const more = neededIn(values, one)
  return more !== undefined && more.to >= value && !values.short?.has(more.together) ? more : undefined
}

interface Wanted {
  /** The least value that the events want, within what is possible. */
  readonly value: number
  readonly text: string
}

interface Ceiling {
  readonly value: number
  readonly said: string
}

/** What events want of a value; `undefined` when none wants anything. */
function wantedOf(
  amounts: readonly (readonly [PlannedEvent, number])[],
  ceilings: readonly (Ceiling | undefined)[],
  need: (value: number) => string,
): Wanted | undefined {
  const wanting = amounts.filter(([, amount]) => amount > 0)
  if (wanting.length === 0) return undefined
  const wanted = Math.max(...wanting.map(([, amount]) => amount))
  const [lowest] = ceilings.flatMap((one) => one ?? []).sort((one, other) => one.value - other.value)
  const value = Math.min(wanted, lowest?.value ?? wanted)
  const isBound = lowest !== undefined && value < wanted && Number.isFinite(wanted)
  const names = wanting.map(([event]) => eventName(event)).join(', ')
  const text = `${names}: ${need(isBound ? wanted : value)}, and nothing is lowered.`
  return { value, text: isBound ? `${text} ${lowest.said} allows less.` : text }
}

function raisedPods(events: readonly PlannedEvent[], values: EventValues): readonly Change[] {
  const one = podsOf(values.declared)
  const [from, maximum] = [currentOf(values, one), values.declared.autoscaler?.maxReplicas]
  if (from === undefined || maximum === undefined) return []
  const amounts = events.map((event) => [event, event.minReplicas ?? 0] as const)
  const ceiling = { value: maximum, said: `The maximum of the HPA, ${maximum},` }
  const wanted = wantedOf(amounts, [ceiling], (pods) => `at least ${pods} pods run`)
  if (wanted === undefined || wanted.value <= from) return []
  const more = groupFor(one, wanted, values)
  const because = reason(eventRules.on, wanted.text)
  return more !== undefined
    ? withGroup(more, because, values)
    : [changeOf(one, [from, wanted.value], [because])]
}

/** The change group that does what an event needs and more, which no event restores. */
const withGroup = ({ together }: Change, { text }: Reason, { given }: EventValues): readonly Change[] =>
  given.flatMap((one) =>
    one.verdict === 'change' && one.together === together
      ? [{ ...one, because: [...one.because, reason(eventRules.with, text)] }]
      : [],
  )

function raisedSizes(
  events: readonly PlannedEvent[],
  { container, resource, request, limit }: Sized,
  values: EventValues,
): readonly Change[] {
  const amounts = events.map((event) => [event, event.minRequests?.[container]?.[resource] ?? 0] as const)
  const bounds = values.bounds?.(container, resource)
  // A request stays at most its limit, which is raised with it.
  const ceilings = [bounds?.request.maximum, bounds?.room, limit && bounds?.limit.maximum]
  const own = request ?? limit
  const like = own && declaredText(values.declared, own)
  const shown = (value: number): string => printValue(`requests.${resource}`, value, like)
  const wanted = wantedOf(amounts, ceilings, (value) => `the request is at least ${shown(value)}`)
  const from = currentOf(values, own)
  if (wanted === undefined || own === undefined || from === undefined || wanted.value <= from) return []
  const because = reason(eventRules.on, wanted.text)
  const more = groupFor(own, wanted, values)
  if (more !== undefined) return withGroup(more, because, values)
  const raised = changeOf(own, [from, wanted.value], [because])
  return own === limit ? [raised] : [raised, ...raisedLimit(limit, raised, values)]
}

/** The raise of a limit to a request; to what is recommended if that is more. */
function raisedLimit(
  limit: FieldAddress | undefined,
  request: Change,
  values: EventValues,
): readonly Change[] {
  const from = currentOf(values, limit)
  if (limit === undefined || from === undefined) return []
  const more = neededIn(values, limit)
  const [{ text }] = request.because as readonly [Reason]
  if (more !== undefined && more.to > Math.max(from, request.to))
    return [
      { ...more, together: request.together, because: [...more.because, reason(eventRules.with, text)] },
    ]
  return from >= request.to ? [] : [changeOf(limit, [from, request.to], request.because)]
}

/** What brings values back that events raised, unless somebody set others, more is recommended now, or an emergency of the workload is on. */
export function restoredAfter(values: EventValues): readonly Change[] {
  const pods = podsOf(values.declared)
  const sizes = sizesOf(values.declared)
  const all = [pods, ...sizes.flatMap(({ request, limit }) => [request ?? [], limit ?? []].flat())]
  if (emergencyEndOf(all, values) !== undefined) return []
  const back = restored(pods, goalOf(pods, values), values)
  return [...(back === undefined ? [] : [back]), ...sizes.flatMap((one) => restoredSizes(one, values))]
}

function restoredSizes({ request, limit }: Sized, values: EventValues): readonly Change[] {
  const isNeeded = [request, limit].some((one) => one !== undefined && neededIn(values, one) !== undefined)
  if (isNeeded) return []
  const first = request && restored(request, goalOf(request, values), values)
  const goal = limit && goalOf(limit, values)
  const least = first?.to ?? currentOf(values, request) ?? 0
  const second = limit && goal && restored(limit, { ...goal, value: Math.max(goal.value, least) }, values)
  return [first, second].flatMap((one) => one ?? [])
}

interface Goal {
  /** The value before the events. */
  readonly value: number
  /** The first raise. */
  readonly raised: PastValue
}

/**
 * Where the value of a field goes that events raised, once or several times, with emergencies and rollouts that did not fit between them;
 * `undefined` for any other, and while an emergency is not back.
 */
function goalOf(one: FieldAddress, values: EventValues): Goal | undefined {
  const past = values.pastValues(one)
  const [last] = past
  if (last === undefined || readValue(one.field, last.to) !== currentOf(values, one)) return undefined
  if (beginOf(one.field, past) !== undefined) return undefined
  const raised = raiseIn(one.field, past)
  const value = raised && readValue(one.field, raised.from)
  return raised === undefined || value === undefined ? undefined : { value, raised }
}

/** Whether a value is no more than another one. */
const isAtMost = (field: FieldAddress['field'], one: string, other: string): boolean =>
  (readValue(field, one) ?? Number.POSITIVE_INFINITY) <= (readValue(field, other) ?? 0)

/** The first raise by events that the newest change of a value goes back to. */
function raiseIn(field: FieldAddress['field'], past: readonly PastValue[]): PastValue | undefined {
  let begun: PastValue | undefined
  let last: PastValue | undefined
  for (const one of past.toReversed()) {
    const goesOn = begun !== undefined && last !== undefined && sameValue(field, last.to, one.from)
    const isPart = isOfEvent(one) || isOfEmergency(one) || one.rules.includes(stuckRule)
    if (!goesOn) begun = one.rules.includes(eventRules.on) ? one : undefined
    else if (!isPart || (begun !== undefined && isAtMost(field, one.to, begun.from))) begun = undefined
    last = one
  }
  return begun
}

function restored(one: FieldAddress, goal: Goal | undefined, values: EventValues): Change | undefined {
  const from = currentOf(values, one)
  if (goal === undefined || from === undefined || goal.value >= from || neededIn(values, one) !== undefined)
    return undefined
  const { raised, value } = goal
  const text = `The planned event is over for which it was raised on ${raised.at.slice(0, 10)} (${madeBy(raised)}).`
  return changeOf(one, [from, value], [reason(eventRules.over, text)])
}
