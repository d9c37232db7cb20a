import type { DeclaredWorkload } from '../../model/declared.ts'
import { type FieldAddress, isContainerField } from '../../model/field.ts'
import { type ChangeHealth, type HealthOptions, takesBack } from '../../model/health.ts'
import { madeBy, type PastValue } from '../../model/past-edit.ts'
import type { Change, Reason, Recommendation } from '../../model/recommendation.ts'
import { readValue } from '../../model/value.ts'
import { reason } from '../advice.ts'
import { changeGroup } from '../change-groups.ts'
import { keepWithReasons } from '../keep-changes.ts'

/** A value that was taken back so often within what is remembered keeps its floor longer, by this factor. */
const again = { times: 2, factor: 3 } as const
const waitingRule = 'health.waiting'
const floorRule = 'health.floor'

const isSame = (one: FieldAddress, other: FieldAddress): boolean =>
  one.field === other.field && one.container === other.container

/** The part of a workload whose values go back together: its change group, and with it the target of its HPA. */
function partOf(declared: DeclaredWorkload, { container, field }: FieldAddress): string {
  if (isContainerField(field)) return changeGroup({ declared }, container ?? '', field)
  if (!field.startsWith('hpa.target.')) return 'pods'
  const resource = field.slice('hpa.target.'.length)
  return container === undefined ? resource : `${resource} of ${container}`
}

/**
 * Restores the values before a change that did harm, with those that its commit changed beside them. A raise that the rules
 * want beyond the earlier value is kept.
 */
function takeBack(
  recommendations: readonly Recommendation[],
  followed: readonly ChangeHealth[],
  { declared, floorDays }: { readonly declared: DeclaredWorkload; readonly floorDays: number },
): readonly Recommendation[] {
  const keyOf = (one: ChangeHealth): string => `${one.edit.commit}\0${partOf(declared, one)}`
  const newest = followed.filter((one) => followed.find((other) => isSame(one, other)) === one)
  const hurt = newest.filter(({ verdict }) => verdict === 'hurt')
  if (hurt.length === 0) return recommendations
  const causes = new Map(hurt.map((one) => [keyOf(one), one]))
  return recommendations.map((one) => {
    const own = newest.find((other) => isSame(one, other))
    if (own === undefined || own.verdict === 'replaced' || own.verdict === 'taken-back') return one
    const cause = causes.get(keyOf(own))
    const together = `taken back: ${partOf(declared, one)}`
    return cause === undefined ? one : (restored(one, own, { cause, floorDays, together }) ?? one)
  })
}

function restored(
  one: Recommendation,
  { edit }: ChangeHealth,
  {
    cause,
    floorDays,
    together,
  }: { readonly cause: ChangeHealth; readonly floorDays: number; readonly together: string },
): Change | undefined {
  const { workload, container, field } = one
  const [from, earlier] = [readValue(field, edit.to), readValue(field, edit.from)]
  if (from === undefined || earlier === undefined || from === earlier) return undefined
  const isBeyond = one.verdict === 'change' && Math.sign(one.to - earlier) === Math.sign(earlier - from)
  const text = `Tortoise changed it from ${edit.from} to ${edit.to} on ${edit.at.slice(0, 10)} (${madeBy(edit)}). Since then, ${cause.signs.map((sign) => sign.text).join('; ')}. The earlier value is restored, and not lowered again for ${floorDays} days.`
  const [sign] = cause.signs
  return {
    workload,
    ...(container === undefined ? {} : { container }),
    field,
    verdict: 'change',
    from,
    to: isBeyond ? one.to : earlier,
    because: [reason(sign?.rule ?? '', text), ...(isBeyond ? one.because : [])],
    together,
  }
}

/** Keeps values from going below one that was restored because the lower one did harm. */
function keepAboveFloors(
  recommendations: readonly Recommendation[],
  pastValues: (address: FieldAddress) => readonly PastValue[],
  { floorDays }: HealthOptions,
): readonly Recommendation[] {
  const kept = new Map<string, Reason>()
  for (const one of recommendations) {
    if (one.verdict !== 'change') continue
    const past = pastValues(one).filter(takesBack)
    const [edit] = past
    const days = past.length >= again.times ? floorDays * again.factor : floorDays
    if (edit === undefined || edit.daysAgo > days || !isBelow(one, edit)) continue
    const text = `${edit.from} did harm, and ${edit.to} was restored on ${edit.at.slice(0, 10)} (${madeBy(edit)}). It is not lowered below that for ${days} days from then.`
    kept.set(one.together, reason(floorRule, text))
  }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}

/** Whether a change goes beyond a restored value, in the direction that did harm. */
function isBelow({ field, from, to }: Change, edit: PastValue): boolean {
  const [harmful, restoredTo] = [readValue(field, edit.from), readValue(field, edit.to)]
  if (harmful === undefined || restoredTo === undefined) return false
  const direction = Math.sign(harmful - restoredTo)
  return Math.sign(to - from) === direction && Math.sign(to - restoredTo) === direction
}

/** Keeps all values of a workload whose last change is not in the cluster yet; what answers a kill or a stuck rollout is still made. */
function keepWhileWaiting(
  recommendations: readonly Recommendation[],
  followed: readonly ChangeHealth[],
  isAnswer: (change: Change) => boolean,
): readonly Recommendation[] {
  const waiting = followed.find(({ verdict }) => verdict === 'waiting')
  if (waiting === undefined) return recommendations
  const { edit, figures } = waiting
  const text = `The change of ${edit.at.slice(0, 10)} (${madeBy(edit)}) is not in the cluster: ${figures.join(', ')}. Nothing else is changed before it is; see whether Argo CD or Flux is suspended or out of sync.`
  const kept = new Map(
    recommendations.flatMap((one) =>
      one.verdict === 'change' && !isAnswer(one) ? [[one.together, reason(waitingRule, text)] as const] : [],
    ),
  )
  return keepWithReasons(recommendations, kept)
}

/** What became of the changes of a workload decides with. */
export interface HealthContext {
  readonly declared: DeclaredWorkload
  readonly health: HealthOptions
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
  /** Whether a change answers an OOM kill, or a rollout that is stuck. */
  readonly isAnswer: (change: Change) => boolean
}

/** Recommendations after what became of earlier changes: what did harm goes back, and nothing moves before the last change is in the cluster. */
export function afterHealth(
  recommendations: readonly Recommendation[],
  followed: readonly ChangeHealth[],
  { declared, health, pastValues, isAnswer }: HealthContext,
): readonly Recommendation[] {
  const above = keepAboveFloors(recommendations, pastValues, health)
  const waiting = keepWhileWaiting(above, followed, isAnswer)
  const { takeBack: isOn, floorDays } = health
  return isOn ? takeBack(waiting, followed, { declared, floorDays }) : waiting
}
