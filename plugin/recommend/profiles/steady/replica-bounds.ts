import type { DeclaredAutoscaler } from '../../../model/declared.ts'
import type { Observation } from '../../../model/observation.ts'
import { plural } from '../../../model/plural.ts'
import { countValues, highestByHourOfWeek } from '../../../model/series.ts'
import { type Advice, advise, reason } from '../../advice.ts'
import { atMaximumText, countsOf, hitsMaximum } from '../../at-maximum.ts'
import type { Evidence } from '../../evidence.ts'
import type { ReplicaAdvice } from '../../profile.ts'
import { type Valued, withoutFloor } from '../../replay/pods.ts'
import { limitStep } from './step-limits.ts'

/** Room over the most pods that ran: below the first a maximum is raised to the second; above the third it is lowered to the fourth. */
const room = { least: 1.25, wanted: 1.5, most: 3, lowered: 2 }
/** No maximum is lowered below this many pods: it costs nothing there. */
const smallMaximum = 10

/**
 * One pair of bounds that is safe at every hour: the maximum with room over the most pods that ran, the minimum from the
 * low of the recurring week. Bounds that are alike, and a minimum of zero, are somebody's intent and stay.
 */
export function replicaBounds(valued: Valued, evidence: Evidence): ReplicaAdvice {
  const { autoscaler } = valued.declared
  const { minReplicas, maxReplicas } = autoscaler ?? {}
  const counts = countsOf(evidence.observation).filter((count) => !Number.isNaN(count))
  if (autoscaler === undefined || counts.length === 0) return {}
  const least = minReplicas ?? 1
  if (least === 0 || least >= (maxReplicas ?? Number.POSITIVE_INFINITY)) {
    const stays = (value: number): Advice =>
      advise(value, reason('hpa.pinned', 'the number of pods is pinned, or may be zero'))
    return {
      ...(minReplicas === undefined ? {} : { minimum: stays(minReplicas) }),
      ...(maxReplicas === undefined ? {} : { maximum: stays(maxReplicas) }),
    }
  }
  const highest = counts.reduce((most, count) => Math.max(most, count), 0)
  return {
    ...(minReplicas === undefined ? {} : { minimum: minimum(valued, minReplicas, evidence) }),
    ...(maxReplicas === undefined
      ? {}
      : { maximum: maximum(autoscaler, { highest, from: maxReplicas }, evidence) }),
  }
}

const paced = (wanted: Advice, from: number, evidence: Evidence): Advice =>
  wanted.kind === 'value' && wanted.value === from
    ? wanted
    : limitStep(wanted, { from, smallestMove: 1, tidy: Math.ceil, largestDecrease: 50 }, evidence)

function maximum(
  scaler: DeclaredAutoscaler,
  { highest, from }: { readonly highest: number; readonly from: number },
  evidence: Evidence,
): Advice {
  const { observation, options } = evidence
  const most = Math.max(from, options.replicaBounds.maximum)
  if (hitsMaximum(scaler, observation)) {
    const text = `${atMaximumText(scaler, observation)}: ${most > from ? 'raised by half' : 'settings allow no more'}`
    return advise(Math.min(most, Math.ceil(from * room.wanted)), reason('hpa.maximum-hit', text))
  }
  const ran = `${plural(highest, 'pod')} ran at most`
  if (from < highest * room.least)
    return paced(
      advise(
        Math.min(most, Math.ceil(highest * room.wanted)),
        reason('hpa.maximum', `${ran}: ${room.wanted} × that is allowed`),
      ),
      from,
      evidence,
    )
  if (from > highest * room.most && from > smallMaximum)
    return paced(
      advise(
        Math.max(smallMaximum, highest * room.lowered),
        reason('hpa.maximum', `${ran}: ${room.lowered} × that is allowed, ${smallMaximum} at least`),
      ),
      from,
      evidence,
    )
  return advise(from, reason('hpa.maximum', `${ran}, which leaves room enough`))
}

function minimum(valued: Valued, from: number, evidence: Evidence): Advice {
  const { observation, options } = evidence
  const floor = Math.min(from, options.replicaBounds.minimum)
  // Where the minimum is as low as it may be, what is needed below it is of no interest.
  const free = from > floor ? withoutFloor(valued, observation) : undefined
  const low = lowOfWeek(valued, observation, free)
  if (low === undefined)
    return advise(from, reason('hpa.minimum', 'the pods by hour of the week are not known'))
  const needed = `the quietest hour of the week needs ${plural(low, 'pod')}`
  const half = Math.ceil(low / 2)
  const wanted = low < from ? Math.max(floor, low) : Math.max(from, half)
  const kept = wanted > low ? `; not below ${floor}` : wanted > from ? ', and half of them always run' : ''
  return paced(advise(wanted, reason('hpa.minimum', `${needed}${kept}`)), from, evidence)
}

/**
 * Pods needed in the quietest hour of the week: the most in each hour over the weeks, and the least of these. Where the
 * minimum alone held pods up, the HPA is simulated without it.
 */
function lowOfWeek(valued: Valued, { replicas }: Observation, free: Free): number | undefined {
  if (replicas === undefined) return undefined
  const least = valued.declared.autoscaler?.minReplicas ?? 1
  const { series } = replicas
  const needed =
    series === undefined
      ? replicas.mean <= least
        ? free?.counts
        : undefined
      : countValues(series).map((count, slot) =>
          count > least ? count : Math.min(count, free?.podsAt(series.first + slot * series.step) ?? count),
        )
  const frame = series ?? free
  if (needed === undefined || frame === undefined) return undefined
  const seen = highestByHourOfWeek(needed, frame).filter((count) => !Number.isNaN(count))
  return seen.length === 0
    ? undefined
    : seen.reduce((low, count) => Math.min(low, count), Number.POSITIVE_INFINITY)
}

type Free = ReturnType<typeof withoutFloor>
