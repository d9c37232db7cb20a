import { plural } from '../../../model/plural.ts'
import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason } from '../../advice.ts'
import { type Evidence, thinEvidence } from '../../evidence.ts'
import { cpuText } from '../../format.ts'
import type { JointAdvice, ScaledPods } from '../../profile.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { rolloutShare, sharePerMillicore } from './cpu-price.ts'
import { isIdle, needsRebalancing, type PodSplit, splitByDemand } from './rebalance.ts'
import { roundCpu } from './rounding.ts'
import { windowLimit } from './scale-window.ts'
import { limitStep, type StepLimit } from './step-limits.ts'
import { targetBounds } from './target-bounds.ts'
import { wantedCpu } from './vertical.ts'

type ValueAdvice = Extract<Advice, { kind: 'value' }>

/** Smallest change of the CPU request of a pod that is worth a commit, in millicores. */
const smallestMove = 10

/**
 * CPU requests and target of containers that an HPA scales by CPU utilisation.
 *
 * An HPA keeps each pod near request × target, its scale point. The usage of a pod is therefore a result of the
 * request, and a percentile of it must not become the next request: 1 → 0.8 → 0.64 … The scale point is kept;
 * request and target change together until the request covers the usage of a pod and the target is within bounds.
 */
export function jointCpu(pods: ScaledPods, evidence: Evidence): JointAdvice {
  const { members, utilization, subject } = pods
  const wanted = members.map((member) => wantedCpu(member, evidence))
  const missing = wanted.find((advice) => advice.kind === 'unsure')
  if (missing !== undefined) return jointAdvice(members, () => missing, missing)
  const known = wanted.filter((advice) => advice.kind === 'value')
  const from = members.map(
    (member) => readValue('requests.cpu', member.declared.values['requests.cpu'] ?? '') ?? 0,
  )
  const mayLower = thinEvidence(evidence) === undefined
  const split = {
    from,
    wanted: known.map(({ value }) => value),
    largestDecrease: mayLower ? evidence.options.maximumCpuDecrease : 0,
  }
  const [only, ...others] = members
  if (only !== undefined && others.length === 0 && isIdle(subject, only, evidence))
    return idleContainer({ only, utilization, from: sum(from), wanted: sum(split.wanted) }, evidence)
  return alongScalePoint(pods, { split, wanted: known, mayLower }, evidence)
}

interface Demand {
  readonly split: PodSplit
  /** What each container needs by itself. */
  readonly wanted: readonly ValueAdvice[]
  /** False when there is too little data to lower a value. */
  readonly mayLower: boolean
}

/** Moves request and target along the scale point, and splits the request of the pod between its containers. */
function alongScalePoint(pods: ScaledPods, demand: Demand, evidence: Evidence): JointAdvice {
  const { members, utilization } = pods
  const { split, wanted, mayLower } = demand
  const total = sum(split.from)
  const scalePoint = (total * utilization) / 100
  const { bounds, simulated } = targetBounds(pods, scalePoint, evidence)
  const goal = clamp(
    sum(split.wanted),
    (scalePoint * 100) / bounds.maximum,
    (scalePoint * 100) / bounds.minimum,
  )
  const kept = reason(
    'hpa.scale-point',
    `The HPA adds pods at ${cpuText(scalePoint)} of CPU usage per pod, before and after this change.`,
  )
  const step = limitStep(
    advise(roundCpu(goal), kept, ...simulated),
    {
      from: total,
      smallestMove,
      round: roundCpu,
      ...largestStep(pods, evidence),
      ...(goal < total ? { notWorth: (to: number) => notWorthRollout(total, to, evidence) } : {}),
    },
    evidence,
  )
  if (step.kind === 'unsure') return jointAdvice(members, () => step, step)
  if (step.value === total && !(mayLower && needsRebalancing(split, evidence))) {
    const unchanged = (index: number) => advise(split.from[index] ?? 0, ...step.because)
    return jointAdvice(members, unchanged, advise(utilization, ...step.because))
  }
  const requests = splitByDemand(step.value, split)
  const why = step.value === total ? [kept, rebalanced] : step.because
  const request = (index: number): Advice =>
    advise(requests[index] ?? 0, ...(wanted[index]?.because ?? []), ...why)
  const target = Math.round((scalePoint / sum(requests)) * 100)
  return jointAdvice(members, request, advise(target, kept, ...simulated))
}

/** The largest decrease that the settings and the window of the HPA allow in one step. */
function largestStep(
  { subject: { declared }, utilization }: ScaledPods,
  { options: { maximumCpuDecrease } }: Evidence,
): Pick<StepLimit, 'largestDecrease' | 'bounded'> {
  const window = windowLimit(declared.autoscaler ?? {}, utilization)
  return window !== undefined && window.largestDecrease < maximumCpuDecrease
    ? window
    : { largestDecrease: maximumCpuDecrease }
}

/** Smallest decrease that is worth a rollout of all pods, as a share of the request. */
const leastDecrease = 0.03

/**
 * Why a lower request is not worth its rollout, as a sentence; `undefined` when it is. A decrease saves CPU in every pod; a
 * rollout costs as much for few pods as for many.
 */
function notWorthRollout(from: number, to: number, { observation, options }: Evidence): string | undefined {
  const pods = Math.max(1, observation.replicas?.mean ?? 1)
  const worth = sharePerMillicore(Math.max(to, 1), options) * (from - to) * pods
  if (worth > rolloutShare(options) && from - to >= from * leastDecrease) return undefined
  return `A change to ${cpuText(to)} for ${plural(Math.round(pods), 'pod')} saves too little for a rollout.`
}

const rebalanced = reason(
  'hpa.rebalanced',
  'The containers of the pod share its CPU request in proportion to their usage.',
)

interface IdleContainer {
  readonly only: ContainerInput
  readonly utilization: number
  /** Current and wanted CPU request, in millicores. */
  readonly from: number
  readonly wanted: number
}

/** Sizes a container that does not determine the number of pods: the wanted CPU becomes its scale point, and the target is kept. */
function idleContainer({ only, utilization, from, wanted }: IdleContainer, evidence: Evidence): JointAdvice {
  const goal = roundCpu((wanted * 100) / utilization)
  const text = `Another container determines the number of pods. This one is sized by its own usage: with a request of ${cpuText(goal)}, it is at its target of ${utilization} %.`
  const because = reason('hpa.idle', text)
  const request = limitStep(
    advise(goal, because),
    { from, smallestMove, round: roundCpu, largestDecrease: evidence.options.maximumCpuDecrease },
    evidence,
  )
  const target = request.kind === 'unsure' ? request : advise(utilization, because)
  return jointAdvice([only], () => request, target)
}

const jointAdvice = (
  members: readonly ContainerInput[],
  request: (index: number) => Advice,
  target: Advice,
): JointAdvice => ({
  requests: new Map(members.map(({ declared }, index) => [declared.name, request(index)])),
  target,
})

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
