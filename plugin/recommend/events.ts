import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import { madeBy, type PastValue } from '../model/past-edit.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Change, Recommendation } from '../model/recommendation.ts'
import { matchesRule } from '../model/rule-match.ts'
import { printValue, readValue } from '../model/value.ts'
import { reason } from './advice.ts'
import { declaredText } from './declared-text.ts'
import { emergencyRules } from './emergency.ts'
import { keepLowered, keepWithReasons } from './keep-changes.ts'
import type { WorkloadInput } from './workload-input.ts'

/** The rules of planned events; commits name them. */
export const eventRules = { on: 'event.on', over: 'event.over' } as const

interface EventInput {
  readonly declared: DeclaredWorkload
  readonly cluster: string | undefined
  /** The events that are not over. */
  readonly events: readonly PlannedEvent[]
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
  /** Bounds of the values of a container; none when left out. */
  readonly bounds?: WorkloadInput['bounds'] | undefined
}

/**
 * Raises the minimum of an HPA and requests for planned events, keeps everything from going down while one is on, and restores what they
 * raised after it, unless somebody set another value.
 */
export function withEvents(given: readonly Recommendation[], input: EventInput): readonly Recommendation[] {
  const { declared, cluster, events } = input
  const planned = events.filter(({ match }) => matchesRule(match, { cluster, workload: declared.workload }))
  const roomy = keepRoom(given, planned)
  const own = planned.filter(({ isOn }) => isOn)
  if (own.length === 0)
    return withChanges(
      roomy,
      addressesOf(declared).flatMap((one) => restore(one, input)),
    )
  const raised = addressesOf(declared).flatMap((one) => raise(one, own, input))
  return withChanges(
    keepLowered(roomy, reason(eventRules.on, `${namesOf(own)}: nothing is lowered.`)),
    raised,
  )
}

/** Keeps the maximum of an HPA above the pods that an event will need. */
function keepRoom(
  recommendations: readonly Recommendation[],
  planned: readonly PlannedEvent[],
): readonly Recommendation[] {
  const most = ({ minReplicas = 0 }: PlannedEvent): number => minReplicas
  const [first] = [...planned].sort((one, other) => most(other) - most(one))
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

const resources = ['cpu', 'memory'] as const
type Resource = (typeof resources)[number]

/** What events can raise: the minimum of the HPA, and the requests of containers with their limits. */
const addressesOf = ({ workload, containers }: DeclaredWorkload): readonly FieldAddress[] => [
  { workload, field: 'hpa.minReplicas' },
  ...containers
    .filter(({ role }) => role !== 'init')
    .flatMap(({ name: container }) =>
      resources.flatMap((resource): readonly FieldAddress[] => [
        { workload, container, field: `requests.${resource}` },
        { workload, container, field: `limits.${resource}` },
      ]),
    ),
]

const resourceOf = ({ field }: FieldAddress): Resource => (field.endsWith('.cpu') ? 'cpu' : 'memory')

/** The least value that an event wants of a field. A limit is at least the request. */
const wantedOf = ({ minReplicas, minRequests }: PlannedEvent, one: FieldAddress): number =>
  (one.field === 'hpa.minReplicas' ? minReplicas : minRequests?.[one.container ?? '']?.[resourceOf(one)]) ?? 0

interface Ceiling {
  readonly value: number
  readonly said: string
}

/** What a field cannot be raised above; `undefined` for what has no bound. */
function ceilingOf(one: FieldAddress, { declared, bounds }: EventInput): Ceiling | undefined {
  const { maxReplicas } = declared.autoscaler ?? {}
  if (one.field === 'hpa.minReplicas')
    return maxReplicas === undefined ? undefined : { value: maxReplicas, said: 'The maximum of the HPA' }
  const own = bounds?.(one.container ?? '', resourceOf(one))
  const limit: FieldAddress = { ...one, field: `limits.${resourceOf(one)}` }
  const hasLimit = currentOf(limit, { declared }) !== undefined
  // A request stays at most its limit, which is raised with it.
  const all = one.field.startsWith('limits.')
    ? [own?.limit.maximum]
    : [own?.request.maximum, own?.room, hasLimit ? own?.limit.maximum : undefined]
  const [lowest] = all.flatMap((bound) => bound ?? []).sort((low, high) => low.value - high.value)
  return lowest
}

function raise(one: FieldAddress, events: readonly PlannedEvent[], input: EventInput): readonly Change[] {
  const from = currentOf(one, input)
  const wanting = events.filter((event) => wantedOf(event, one) > 0)
  if (from === undefined || wanting.length === 0) return []
  const wanted = Math.max(...wanting.map((event) => wantedOf(event, one)))
  const ceiling = ceilingOf(one, input)
  const to = Math.min(wanted, ceiling?.value ?? wanted)
  if (!Number.isFinite(to) || to <= from) return []
  const bound = ceiling !== undefined && wanted > to && Number.isFinite(wanted)
  const needs = `${namesOf(wanting)}: ${needOf(one, bound ? wanted : to)}, and nothing is lowered.`
  const text = bound ? `${needs} ${ceiling.said} allows ${shown(one, to)}.` : needs
  return [changeOf(one, [from, to], reason(eventRules.on, text))]
}

const namesOf = (events: readonly PlannedEvent[]): string =>
  `Planned: ${events.map(({ name, to }) => `${name} (until ${to})`).join(', ')}`

const shown = ({ field }: FieldAddress, value: number): string => printValue(field, value)

const needOf = (one: FieldAddress, value: number): string => {
  if (one.field === 'hpa.minReplicas') return `at least ${value} pods run`
  return `the ${one.field.startsWith('requests.') ? 'request' : 'limit'} is at least ${shown(one, value)}`
}

/** The value of a field in Git, in the unit of the field. */
const currentOf = (one: FieldAddress, { declared }: Pick<EventInput, 'declared'>): number | undefined =>
  readValue(one.field, declaredText(declared, one) ?? '')

/** What brings a value back that an event raised, unless somebody set another one. */
function restore(one: FieldAddress, input: EventInput): readonly Change[] {
  const from = currentOf(one, input)
  const last = input
    .pastValues(one)
    .find(({ rules, emergency }) => emergency === undefined && !rules.includes(emergencyRules.over))
  if (from === undefined || last === undefined || !last.rules.includes(eventRules.on)) return []
  const to = readValue(one.field, last.from)
  if (readValue(one.field, last.to) !== from || to === undefined || to >= from) return []
  const text = `The planned event is over for which it was raised on ${last.at.slice(0, 10)} (${madeBy(last)}).`
  return [changeOf(one, [from, to], reason(eventRules.over, text))]
}

const changeOf = (
  one: FieldAddress,
  [from, to]: readonly [from: number, to: number],
  because: Change['because'][number],
): Change => {
  const together = one.container === undefined ? 'event' : `event: ${one.container} ${resourceOf(one)}`
  return { ...one, verdict: 'change', from, to, because: [because], together }
}

/** Puts changes in place of what is recommended, with its change groups, except where more is recommended. */
function withChanges(
  recommendations: readonly Recommendation[],
  changes: readonly Change[],
): readonly Recommendation[] {
  const same = (one: FieldAddress, other: FieldAddress): boolean =>
    one.field === other.field && one.container === other.container
  const known = (change: Change): Recommendation | undefined =>
    recommendations.find((one) => same(one, change))
  const needed = changes.filter((change) => {
    const one = known(change)
    return change.to < change.from || one?.verdict !== 'change' || one.to < change.to
  })
  const replaced = needed.flatMap((change) => {
    const one = known(change)
    return one?.verdict === 'change' ? [[one.together, ...change.because] as const] : []
  })
  const kept = keepWithReasons(
    recommendations,
    new Map(replaced.flatMap(([together, because]) => (because === undefined ? [] : [[together, because]]))),
  )
  return [...kept.filter((one) => !needed.some((change) => same(one, change))), ...needed]
}
