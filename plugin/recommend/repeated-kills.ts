import type { FieldAddress } from '../model/field.ts'
import type { PastValue } from '../model/past-edit.ts'
import type { Reason, Recommendation } from '../model/recommendation.ts'
import { readValue } from '../model/value.ts'
import { reason } from './advice.ts'
import { keepWithReasons } from './keep-changes.ts'

/** So many raises in so many days show that no amount is enough. */
const mostRaises = 2
const withinDays = 30

/** Keeps memory that was raised twice because of OOM kills and is killed again: more memory does not end a leak. */
export function keepAfterTwoRaises(
  recommendations: readonly Recommendation[],
  pastValues: (address: FieldAddress) => readonly PastValue[],
): readonly Recommendation[] {
  const kept = new Map<string, Reason>()
  for (const one of recommendations) {
    if (one.verdict !== 'change' || !one.field.endsWith('.memory') || one.to <= one.from) continue
    if (!one.because.some(({ rule }) => rule === 'memory.oom')) continue
    const raises = pastValues(one).filter(
      ({ from, to, rules, daysAgo }) =>
        daysAgo <= withinDays &&
        rules.includes('memory.oom') &&
        (readValue(one.field, to) ?? 0) > (readValue(one.field, from) ?? 0),
    )
    if (raises.length < mostRaises) continue
    const values = [...raises.map(({ from }) => from).reverse(), raises[0]?.to].join(' → ')
    const text = `Tortoise raised it ${raises.length} times in ${withinDays} days because of OOM kills (${values}), and the kills go on: probably memory leaks, and more of it only delays the next kill. It is not raised again; raise it by hand if it is not a leak.`
    kept.set(one.together, reason('memory.oom-again', text))
  }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}
