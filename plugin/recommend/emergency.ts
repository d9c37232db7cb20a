import type { DeclaredWorkload } from '../model/declared.ts'
import type { Field, FieldAddress } from '../model/field.ts'
import { type EmergencyEnd, madeBy, type PastValue } from '../model/past-edit.ts'
import type { Change, Recommendation } from '../model/recommendation.ts'
import { readValue, sameValue } from '../model/value.ts'
import { reason } from './advice.ts'
import { emergencyRules, eventRules, isOfEvent } from './command-rules.ts'
import { declaredText } from './declared-text.ts'
import { keepLowered } from './keep-changes.ts'

/**
 * What one step leaves of a minimum after an emergency. Mercari's Tortoise takes 5 % every 15 seconds, which is 9 minutes from 100 to 10 pods; a
 * scheduled run has far fewer steps. Source: https://github.com/mercari/tortoise/blob/main/pkg/hpa/service.go
 */
const leftByStep = 0.5

interface EmergencyInput {
  readonly declared: DeclaredWorkload
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
}

type OnEdit = PastValue & { readonly emergency: EmergencyEnd }

/** The edit of an emergency that a field is in: it set the value that an event may have raised since, and its time is not over. */
function emergencyOn(one: FieldAddress, { declared, pastValues }: EmergencyInput): OnEdit | undefined {
  const past = pastValues(one)
  const [last] = past
  const edit = past.find((known) => !isOfEvent(known))
  if (beginOf(one.field, past) === undefined) return undefined
  if (last === undefined || edit?.emergency === undefined || edit.emergency.daysLeft <= 0) return undefined
  return isCurrent(one, last, declared) ? { ...edit, emergency: edit.emergency } : undefined
}

function isCurrent(one: FieldAddress, { to }: PastValue, declared: DeclaredWorkload): boolean {
  const text = declaredText(declared, one)
  return text !== undefined && sameValue(one.field, text, to)
}

/**
 * Keeps everything of a workload that is in an emergency from going down, and brings the values of an emergency that is over back: the
 * minimum of an HPA by half in each run, requests at once.
 */
export function withEmergencies(
  recommendations: readonly Recommendation[],
  input: EmergencyInput,
): readonly Recommendation[] {
  const on = withPods(recommendations, input)
    .map((one) => emergencyOn(one, input))
    .find((edit) => edit !== undefined)
  if (on !== undefined) return keepDuring(recommendations, on)
  const known = new Set(recommendations)
  return withPods(recommendations, input).flatMap(
    (one) => stepBack(one, input) ?? (known.has(one) ? [one] : []),
  )
}

/** Recommendations with one for the minimum of the HPA, which are missing where no usage is known. */
function withPods(
  recommendations: readonly Recommendation[],
  { declared: { workload, autoscaler } }: EmergencyInput,
): readonly Recommendation[] {
  const field = 'hpa.minReplicas'
  const from = autoscaler?.minReplicas
  if (from === undefined || recommendations.some((one) => one.field === field)) return recommendations
  return [...recommendations, { workload, field, verdict: 'keep', from, because: [] }]
}

function keepDuring(
  recommendations: readonly Recommendation[],
  { emergency: { until }, commit }: OnEdit,
): readonly Recommendation[] {
  const because = reason(
    emergencyRules.on,
    `An emergency is on until ${until} (${madeBy({ commit })}), so nothing of the workload is lowered.`,
  )
  return keepLowered(recommendations, because)
}

/** The next step of a value out of an emergency that is over; `undefined` for any other value. */
function stepBack(one: Recommendation, input: EmergencyInput): Change | undefined {
  const past = input.pastValues(one)
  const [last] = past
  if (last === undefined || !isCurrent(one, last, input.declared)) return undefined
  const begun = beginOf(one.field, past)
  return begun === undefined ? undefined : towards(one, last, begun)
}

/** A change of a value, with what says whether it begins an emergency. */
type Step = Pick<PastValue, 'from' | 'to' | 'rules'> & {
  readonly emergency?: unknown
  readonly until?: unknown
}

/**
 * The change that began the emergency that a value is in, or on the way out of, by its changes, newest first. One that begins while the last one
 * is on the way out belongs to that. `undefined` once the value is back, or when somebody else changed it.
 */
export function beginOf<S extends Step>(field: Field, past: readonly S[]): S | undefined {
  let begun: S | undefined
  let last: S | undefined
  for (const one of past.toReversed()) {
    const begins = (one.emergency ?? one.until) !== undefined
    const goesOn = begun !== undefined && last !== undefined && sameValue(field, last.to, one.from)
    if (begins) begun = goesOn ? begun : one
    else if (!goesOn || !(one.rules.includes(emergencyRules.over) || isOfEvent(one))) begun = undefined
    else if (begun !== undefined && sameValue(field, one.to, begun.from)) begun = undefined
    last = one
  }
  return begun
}

function towards(
  { workload, container, field }: FieldAddress,
  last: PastValue,
  begun: PastValue,
): Change | undefined {
  const [from, goal] = [readValue(field, last.to), readValue(field, begun.from)]
  if (from === undefined || goal === undefined || from <= goal) return undefined
  const to = field === 'hpa.minReplicas' ? Math.max(goal, Math.trunc(from * leftByStep)) : goal
  const rest = to > goal ? ` It was ${begun.from} before; each run takes half.` : ''
  const text = `The emergency of ${begun.at.slice(0, 10)} (${madeBy(begun)}) is over.${rest}`
  return {
    workload,
    ...(container === undefined ? {} : { container }),
    field,
    verdict: 'change',
    from,
    to,
    because: [reason(emergencyRules.over, text)],
    together: field.startsWith('hpa.') ? 'emergency: pods' : `emergency: ${container}`,
  }
}

/** The change group of a value that an emergency raises: a request and its limit are raised together or not at all. */
export const groupOf = ({ container, field }: FieldAddress): string =>
  container === undefined ? 'emergency: pods' : `emergency: ${container} ${field.split('.').at(-1)}`

/** How an emergency raises the values of a workload. */
export interface EmergencyRaise {
  /** Factor for requests, above 1; they stay when it is left out. */
  readonly factor?: number | undefined
  readonly until: string
}

/** When the emergency ends that a workload is in; `undefined` outside of one. */
export function emergencyEndOf(
  addresses: readonly FieldAddress[],
  input: EmergencyInput,
): string | undefined {
  const [on] = addresses.flatMap((address) => emergencyOn(address, input) ?? [])
  return on?.emergency.until
}

/**
 * The values of a workload in an emergency: the minimum of its HPA becomes the maximum, and requests are multiplied, with their
 * limits where those would be lower. Empty without an HPA and without a factor.
 */
export function raiseAll(
  { workload, autoscaler, containers }: DeclaredWorkload,
  { factor, until }: EmergencyRaise,
): readonly Recommendation[] {
  const because = [reason(emergencyRules.start, `Raised for an emergency until ${until}.`)]
  // Each resource of a container is a group of its own, so that one that cannot be edited keeps no other from being raised.
  const raise = (address: FieldAddress, from: number | undefined, to: number): readonly Recommendation[] =>
    from === undefined || to <= from
      ? []
      : [{ ...address, verdict: 'change', from, to, because, together: groupOf(address) }]
  const { minReplicas, maxReplicas } = autoscaler ?? {}
  const pods =
    minReplicas === undefined || maxReplicas === undefined
      ? []
      : raise({ workload, field: 'hpa.minReplicas' }, minReplicas, maxReplicas)
  if (factor === undefined) return pods
  const sizes = containers.flatMap(({ name: container, role, values }) =>
    role === 'init'
      ? []
      : (['cpu', 'memory'] as const).flatMap((resource) => {
          const request = readValue(`requests.${resource}`, values[`requests.${resource}`] ?? '')
          const limit = readValue(`limits.${resource}`, values[`limits.${resource}`] ?? '')
          if (request === undefined) return []
          const to = Math.ceil(request * factor)
          return [
            ...raise({ workload, container, field: `requests.${resource}` }, request, to),
            ...(limit === undefined
              ? []
              : raise({ workload, container, field: `limits.${resource}` }, limit, Math.max(limit, to))),
          ]
        }),
  )
  return [...pods, ...sizes]
}

/** Whether a planned event raised a value above that of its emergency. */
export function isBelowEvent(address: FieldAddress, { pastValues }: EmergencyInput): boolean {
  const past = pastValues(address)
  return past[0]?.rules.includes(eventRules.on) === true && beginOf(address.field, past) !== undefined
}

/** What brings the values of a workload back whose emergency is on, or over and not back yet; empty for any other. */
export function endAll(addresses: readonly FieldAddress[], input: EmergencyInput): readonly Recommendation[] {
  return addresses.flatMap((address) => {
    const past = input.pastValues(address)
    const [last] = past
    const begun = beginOf(address.field, past)
    if (last === undefined || begun === undefined || !isCurrent(address, last, input.declared)) return []
    return towards(address, last, begun) ?? []
  })
}
