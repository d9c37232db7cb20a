import type { DeclaredAutoscaler } from '../../../model/declared.ts'
import { plural } from '../../../model/plural.ts'
import { type Advice, advise, reason } from '../../advice.ts'
import { atMaximumText, countsOf, hitsMaximum } from '../../at-maximum.ts'
import { type Evidence, thinEvidence } from '../../evidence.ts'
import { shareText } from '../../format.ts'
import type { ReplicaAdvice } from '../../profile.ts'
import { podsWithoutMinimum, type ReplayInput } from '../../replay/pods.ts'
import { autoscalerOf, shareAbove } from '../../replay/recorded-demand.ts'
import { replayOf } from '../../replay/replay.ts'
import { podsInQuietestHour } from './quietest-hour.ts'
import { limitStep } from './step-limits.ts'
import { jointScaling } from './target-bounds.ts'

/**
 * Factors over the most pods that ran: a maximum below `least` is raised to `raised`; one above `most` is lowered to `lowered`.
 */
const factors = { least: 1.25, raised: 1.5, most: 3, lowered: 2 }
/** Time short of CPU that does not count, as a share of the time. */
const negligible = 0.0002
/** A maximum is not lowered below this many pods, because that saves nothing. */
const smallMaximum = 10

/**
 * Minimum and maximum of an HPA, one pair that is safe at every hour: the maximum has room over the most pods that ran, and
 * the minimum comes from the quietest hour of the week. Equal bounds, and a minimum of 0, are intended by somebody and kept.
 */
export function replicaBounds(input: ReplayInput, evidence: Evidence): ReplicaAdvice {
  const { autoscaler } = input.declared
  const { minReplicas, maxReplicas } = autoscaler ?? {}
  const counts = countsOf(evidence.observation).filter((count) => !Number.isNaN(count))
  if (autoscaler === undefined || counts.length === 0) return {}
  const least = minReplicas ?? 1
  const isPinned = least === 0 || least >= (maxReplicas ?? Number.POSITIVE_INFINITY)
  const highest = counts.reduce((most, count) => Math.max(most, count), 0)
  return {
    ...(minReplicas === undefined
      ? {}
      : { minimum: isPinned ? pinned(minReplicas) : minimum(input, minReplicas, evidence) }),
    ...(maxReplicas === undefined
      ? {}
      : {
          maximum: isPinned
            ? pinned(maxReplicas)
            : maximum(autoscaler, { highest, from: maxReplicas }, evidence),
        }),
  }
}

const pinned = (from: number): Advice =>
  advise(
    from,
    reason('hpa.pinned', 'The bounds are kept, because they are equal or allow the HPA to scale to 0.'),
  )

/** Smallest decrease of a bound, in percent: numbers of pods vary from week to week. */
const leastDecrease = 25

function limitReplicaStep(wanted: Advice, from: number, evidence: Evidence): Advice {
  if (wanted.kind === 'value' && wanted.value === from) return wanted
  const { options } = evidence
  const minimumDecrease = Math.max(leastDecrease, options.minimumDecrease)
  return limitStep(
    wanted,
    { from, smallestMove: 1, round: Math.ceil, largestDecrease: 50 },
    { ...evidence, options: { ...options, minimumDecrease } },
  )
}

function maximum(
  scaler: DeclaredAutoscaler,
  { highest, from }: { readonly highest: number; readonly from: number },
  evidence: Evidence,
): Advice {
  const { observation, options } = evidence
  const allowed = Math.max(from, options.replicaBounds.maximum)
  if (hitsMaximum(scaler, observation)) {
    const text =
      allowed > from
        ? `${atMaximumText(scaler, observation)}, so the maximum is raised by half.`
        : `${atMaximumText(scaler, observation)}, but \`recommend.replicaBounds.maximum\` allows no more.`
    return advise(Math.min(allowed, Math.ceil(from * factors.raised)), reason('hpa.maximum-hit', text))
  }
  const ran = `At most ${plural(highest, 'pod')} ran.`
  if (from < highest * factors.least) {
    const raised = Math.min(allowed, Math.ceil(highest * factors.raised))
    const because = reason('hpa.maximum', `${ran} The maximum becomes ${factors.raised} × that.`)
    return limitReplicaStep(advise(raised, because), from, evidence)
  }
  if (from > highest * factors.most && from > smallMaximum) {
    const lowered = Math.max(smallMaximum, highest * factors.lowered)
    const text = `${ran} The maximum becomes ${factors.lowered} × that, but at least ${smallMaximum}.`
    return limitReplicaStep(advise(lowered, reason('hpa.maximum', text)), from, evidence)
  }
  return advise(from, reason('hpa.maximum', `${ran} The maximum leaves enough room.`))
}

function minimum(input: ReplayInput, from: number, evidence: Evidence): Advice {
  const joint = jointScaling(input, evidence)
  if (joint !== undefined && joint.minReplicas > from && thinEvidence(evidence) === undefined) {
    const text = `Bursts need ${plural(joint.minReplicas, 'pod')} before they begin: with that minimum, a target of ${joint.target} % is as safe as today's and costs less.`
    return advise(joint.minReplicas, reason('hpa.joint', text))
  }
  const byHour = minimumByHour(input, from, evidence)
  if (byHour.kind === 'unsure' || byHour.value >= from) return byHour
  const short = shortWith(input, byHour.value, evidence)
  if (short === undefined || joint === undefined || short <= Math.max(joint.overloadToday, negligible))
    return byHour
  const text = `With ${plural(byHour.value, 'pod')}, pods would be short of CPU for ${shareText(short)} of the time (${shareText(joint.overloadToday)} today), so the minimum is kept.`
  return advise(from, ...byHour.because, reason('hpa.minimum-needed', text))
}

/** Share of the time in which pods are short of CPU with another minimum, 0 to 1. */
function shortWith(input: ReplayInput, minReplicas: number, evidence: Evidence): number | undefined {
  const found = autoscalerOf(input.declared, input.read)
  if (found === undefined) return undefined
  const { members, scaler } = found
  const replayed = (input.replay ?? replayOf(evidence.observation))(members, { ...scaler, minReplicas })
  return replayed && shareAbove(replayed.pods.simulation, scaler.request)
}

function minimumByHour(input: ReplayInput, from: number, evidence: Evidence): Advice {
  const { observation, options } = evidence
  const floor = Math.min(from, options.replicaBounds.minimum)
  // A minimum that is already as low as allowed needs no simulation.
  const free = from > floor ? podsWithoutMinimum(input, observation) : undefined
  const needed = podsInQuietestHour(input.declared, observation, free)
  if (needed === undefined)
    return advise(from, reason('hpa.minimum', 'The number of pods by hour of the week is not known.'))
  const half = Math.ceil(needed / 2)
  const wanted = needed < from ? Math.max(floor, needed) : Math.max(from, half)
  const sentences = [
    `The quietest hour of the week needs ${plural(needed, 'pod')}.`,
    ...(wanted > needed
      ? [`The minimum is never below ${floor}.`]
      : wanted > from
        ? ['Half of them always run.']
        : []),
  ]
  return limitReplicaStep(advise(wanted, reason('hpa.minimum', sentences.join(' '))), from, evidence)
}
