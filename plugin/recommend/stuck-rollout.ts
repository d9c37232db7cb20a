import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import type { Observation } from '../model/observation.ts'
import { madeBy, type PastValue } from '../model/past-edit.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { readValue } from '../model/value.ts'
import { reason } from './advice.ts'
import { declaredText } from './declared-text.ts'
import { keepWithReasons } from './keep-changes.ts'

/** Days during which a change that did not fit is remembered. */
const rememberedDays = 30
/** A value from this share of one that did not fit counts as that one again. */
const asLarge = 0.9
/** What the API server and the scheduler say where a size is the cause, and not an image or a probe. */
const bySize =
  /exceeded quota|insufficient (?:cpu|memory)|(?:maximum|minimum) (?:cpu|memory) usage per|limit to request ratio/i
/** The rule under which a value is restored; commits name it. */
export const stuckRule = 'rollout.stuck'

/** Whether pods of a workload cannot start because of their size: no node has room, or the API server refuses them. */
export const isTooLarge = ({ unhealthy = '' }: Observation): boolean =>
  /no node has room|rollout is stuck/.test(unhealthy) && bySize.test(unhealthy)

/** Of a workload whose pods are too large, the changes that bring values into their bounds; the rest is skipped. */
export function correctionsAlone(
  decided: readonly Recommendation[],
  skipped: string,
): readonly Recommendation[] {
  const groups = new Set(
    decided.flatMap((one) => (one.verdict === 'change' && isCorrection(one) ? [one.together] : [])),
  )
  return decided.map((one) =>
    one.verdict === 'change' && groups.has(one.together) ? one : skip(one, skipped),
  )
}

const isCorrection = ({ from, to, because }: Change): boolean =>
  to < from && because.some(({ rule }) => rule.startsWith('bounds.'))

const skip = ({ workload, container, field }: Recommendation, missing: string): Recommendation => ({
  workload,
  ...(container === undefined ? {} : { container }),
  field,
  verdict: 'unsure',
  missing,
})

/** The changes that Tortoise made of a value, newest first. */
export type PastValues = (address: FieldAddress) => readonly PastValue[]

interface Subject {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  readonly pastValues: PastValues
}

/**
 * Restores the values before the last change of Tortoise where the rollout of that change is stuck because of its size. A
 * value that the bounds correct is left to them.
 */
export function restoreStuck(
  recommendations: readonly Recommendation[],
  { declared, observation, pastValues }: Subject,
): readonly Recommendation[] {
  const { unhealthy = '' } = observation
  if (!/rollout is stuck/.test(unhealthy) || !isTooLarge(observation)) return recommendations
  const edits = recommendations.map((one) => {
    const [edit] = pastValues(one)
    const current = declaredText(declared, one)
    return edit !== undefined && edit.daysAgo <= rememberedDays && edit.to === current ? edit : undefined
  })
  const raised = edits.filter((edit, index) => edit !== undefined && isRaise(recommendations[index], edit))
  const newest = raised.reduce<PastValue | undefined>(
    (last, edit) => (last === undefined || (edit?.at ?? '') > last.at ? edit : last),
    undefined,
  )
  if (newest === undefined) return recommendations
  return recommendations.map((one, index) => {
    const edit = edits[index]
    return edit?.commit === newest.commit && one.verdict !== 'change' ? restored(one, edit, unhealthy) : one
  })
}

/** Whether a change restores the value before one whose rollout is stuck. */
export const isRestored = ({ because }: Change): boolean => because.some(({ rule }) => rule === stuckRule)

function isRaise(one: Recommendation | undefined, { from, to }: PastValue): boolean {
  if (one === undefined || !/^(?:requests|limits)\./.test(one.field)) return false
  return (readValue(one.field, to) ?? 0) > (readValue(one.field, from) ?? 0)
}

function restored(one: Recommendation, edit: PastValue, unhealthy: string): Recommendation {
  const { workload, container, field } = one
  const [from, to] = [readValue(field, edit.to), readValue(field, edit.from)]
  if (from === undefined || to === undefined) return one
  const why = unhealthy.slice(unhealthy.indexOf('stuck: ') + 'stuck: '.length)
  const text = `Tortoise changed it from ${edit.from} to ${edit.to} on ${edit.at.slice(0, 10)} (${madeBy(edit)}), and the rollout of that change is stuck: ${why}. The earlier value is restored.`
  const address = { workload, ...(container === undefined ? {} : { container }), field }
  return {
    ...address,
    verdict: 'change',
    from,
    to,
    because: [reason(stuckRule, text)],
    together: 'the change whose rollout is stuck',
  }
}

/** Keeps a raise to a value, or above it, that was tried lately and did not fit. */
export function keepNotFitting(
  recommendations: readonly Recommendation[],
  pastValues: PastValues,
): readonly Recommendation[] {
  const kept = new Map<string, Reason>()
  for (const one of recommendations) {
    if (one.verdict !== 'change' || one.to <= one.from) continue
    const [edit] = pastValues(one)
    if (edit === undefined || edit.daysAgo > rememberedDays || !edit.rules.includes(stuckRule)) continue
    if (one.to < asLarge * (readValue(one.field, edit.from) ?? Number.POSITIVE_INFINITY)) continue
    const text = `${edit.from} was too large: its rollout was stuck, and the earlier value was restored on ${edit.at.slice(0, 10)}. It is not raised to that again for ${rememberedDays} days.`
    kept.set(one.together, reason(stuckRule, text))
  }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}
