import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason } from '../../advice.ts'
import { type Evidence, thinEvidence } from '../../evidence.ts'
import { cpuText } from '../../format.ts'
import type { JointAdvice, ScaledPods } from '../../profile.ts'
import { replayOf } from '../../replay/replay.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { isIdle, isUnequal, parted } from './rebalance.ts'
import { roundCpu } from './rounding.ts'
import { type SafeTarget, safeTarget } from './safe-target.ts'
import { limitStep } from './step-limits.ts'
import { wantedCpu } from './vertical.ts'

/**
 * Sizes containers that an HPA scales by CPU utilisation.
 *
 * An HPA holds each pod near request × target, its scale point. The usage of a pod is therefore a result of the
 * request, and a percentile of it must not become the next request: 1 → 0.8 → 0.64 … The scale point is kept;
 * request and target slide along it until the request covers what the pods use and the target is within bounds.
 */
export function jointCpu({ members, utilization, subject }: ScaledPods, evidence: Evidence): JointAdvice {
  const from = members.map(
    (member) => readValue('requests.cpu', member.declared.values['requests.cpu'] ?? '') ?? 0,
  )
  const wanted = members.map((member) => wantedCpu(member, evidence))
  const missing = wanted.find((advice) => advice.kind === 'unsure')
  if (missing?.kind === 'unsure') return together(members, () => missing, missing)
  const values = wanted.map((advice) => (advice.kind === 'value' ? advice.value : 0))
  const [total, seen] = [sum(from), sum(values)]
  const lowers = thinEvidence(evidence) === undefined
  const largestDecrease = lowers ? evidence.options.maximumCpuDecrease : 0
  const split = { from, wanted: values, largestDecrease }
  const [only, ...others] = members
  if (only !== undefined && others.length === 0 && isIdle(subject, only, evidence))
    return idleContainer({ only, utilization, from: total, wanted: seen }, evidence)
  const scalePoint = (total * utilization) / 100
  const { bounds, simulated } = borneBounds({ members, utilization, subject }, scalePoint, evidence)
  const goal = clamp(seen, (scalePoint * 100) / bounds.maximum, (scalePoint * 100) / bounds.minimum)
  const kept = reason('hpa.scale-point', `the HPA scales at ${cpuText(scalePoint)} a pod, before and after`)
  const paced = limitStep(
    advise(roundCpu(goal), kept, ...simulated),
    { from: total, smallestMove: 25, tidy: roundCpu, largestDecrease: evidence.options.maximumCpuDecrease },
    evidence,
  )
  if (paced.kind === 'unsure') return together(members, () => paced, paced)
  if (paced.value === total && !(lowers && isUnequal(split, evidence))) {
    const still = (index: number) => advise(from[index] ?? 0, ...paced.because)
    return together(members, still, advise(utilization, ...paced.because))
  }
  const shares = parted(paced.value, split)
  const target = Math.round((scalePoint / sum(shares)) * 100)
  const usage = (index: number): Advice => {
    const own = wanted[index]
    const because = own?.kind === 'value' ? own.because : []
    return advise(
      shares[index] ?? 0,
      ...because,
      ...(paced.value === total ? [kept, unequal] : paced.because),
    )
  }
  return together(members, usage, advise(target, kept, ...simulated))
}

/** The bounds of the target, no higher than the recorded demand bears where the HPA can be simulated. */
function borneBounds({ members, utilization, subject }: ScaledPods, scalePoint: number, evidence: Evidence) {
  const bounds = boundsOf(utilization, evidence)
  const { minReplicas = 1, maxReplicas, behavior } = subject.declared.autoscaler ?? {}
  if (maxReplicas === undefined) return { bounds, simulated: [] }
  const borne = safeTarget(subject.replay ?? replayOf(evidence.observation), {
    members: members.map(({ declared }) => declared.name),
    scalePoint,
    utilization,
    minReplicas,
    maxReplicas,
    behavior,
    bounds,
  })
  if (borne === undefined) return { bounds, simulated: [] }
  return {
    bounds: { ...bounds, maximum: borne.target },
    simulated: [reason('hpa.simulated', simulationText(borne))],
  }
}

const unequal = reason('hpa.rebalanced', 'the containers of the pod share its request as they use it')

interface IdleContainer {
  readonly only: ContainerInput
  readonly utilization: number
  readonly from: number
  readonly wanted: number
}

/** A container that does not decide how many pods run: what it wants becomes its scale point, its target stays. */
function idleContainer({ only, utilization, from, wanted }: IdleContainer, evidence: Evidence): JointAdvice {
  const goal = roundCpu((wanted * 100) / utilization)
  const text = `another container decides how many pods run; at ${utilization} % of ${cpuText(goal)} it would`
  const because = reason('hpa.idle', text)
  const request = limitStep(
    advise(goal, because),
    { from, smallestMove: 25, tidy: roundCpu, largestDecrease: evidence.options.maximumCpuDecrease },
    evidence,
  )
  return together([only], () => request, request.kind === 'unsure' ? request : advise(utilization, because))
}

const share = (part: number): string => `${Math.round(part * 10_000) / 100} %`

const simulationText = ({ target, overload, overloadToday }: SafeTarget): string =>
  `simulated on the recorded demand, a target of ${target} % leaves pods short for ${share(overload)} of the time (today ${share(overloadToday)})`

function together(
  members: readonly ContainerInput[],
  each: (index: number) => Advice,
  target: Advice,
): JointAdvice {
  return { requests: new Map(members.map(({ declared }, index) => [declared.name, each(index)])), target }
}

/** The bounds of the target; a target that its owners set beyond them stays possible. */
function boundsOf(
  utilization: number,
  { options }: Evidence,
): { readonly minimum: number; readonly maximum: number } {
  const { minimum, maximum } = options.targetUtilization
  return { minimum: Math.min(minimum, utilization), maximum: Math.max(maximum, utilization) }
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
