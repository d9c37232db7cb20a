import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Evidence } from '../../evidence.ts'
import type { ContainerInput, WorkloadInput } from '../../workload-input.ts'
import { roundCpu } from './rounding.ts'
import { wantedCpu } from './vertical.ts'

/** CPU requests of the containers of a pod in millicores, in the same order in both lists. */
export interface PodSplit {
  /** Current requests. */
  readonly from: readonly number[]
  /** What each container needs by itself. */
  readonly wanted: readonly number[]
  /** Largest decrease of one container in one step, in percent. */
  readonly largestDecrease: number
}

/**
 * Splits a CPU request of the whole pod between its containers in proportion to what they need. No container is lowered by more
 * than one step, and none below both its need and its current request, so that a busy one never loses CPU to an idle one.
 */
export function splitByDemand(total: number, { from, wanted, largestDecrease }: PodSplit): readonly number[] {
  const share = (index: number, of: number, all: number): number =>
    (of * (wanted[index] ?? 0)) / Math.max(all, 1e-9)
  const wantedTotal = sum(wanted)
  const lowest = (index: number): number => (from[index] ?? 0) * (1 - largestDecrease / 100)
  const bounded = from.map((_, index) => share(index, total, wantedTotal) < lowest(index))
  const taken = sum(
    from.filter((_, index) => bounded[index]).map((value) => value * (1 - largestDecrease / 100)),
  )
  const free = sum(wanted.filter((_, index) => !bounded[index]))
  // When a container cannot be lowered far enough in this step, the others get what they need, within today's total.
  const rest = Math.min(Math.max(total - taken, free), Math.max(total, sum(from)) - taken)
  return from.map((own, index) => {
    const least = Math.max(lowest(index), Math.min(own, wanted[index] ?? 0))
    return roundCpu(bounded[index] ? lowest(index) : Math.max(share(index, rest, free), least))
  })
}

/** True when a container needs more than its request by an amount that is worth a commit, while the pod as a whole has enough. */
export const needsRebalancing = ({ from, wanted }: PodSplit, { options }: Evidence): boolean =>
  sum(wanted) <= sum(from) &&
  wanted.some((value, index) => {
    const more = value - (from[index] ?? 0)
    return more >= 10 && more >= ((from[index] ?? 0) * options.minimumChange) / 100
  })

/** Share of its scale point below which a container does not drive scaling while another is closer to its own. From Tortoise. */
const idleShare = 0.9

/**
 * True for a container with its own HPA target that stays below 90 % of its scale point while another container is closer to
 * its own: it does not determine the number of pods.
 */
export function isIdle(
  { declared: { autoscaler, containers } }: WorkloadInput,
  { declared: own }: ContainerInput,
  evidence: Evidence,
): boolean {
  const ratios = (autoscaler?.targets ?? []).flatMap(({ resource, container: name, utilization }) => {
    const declared = containers.find((one) => one.name === name)
    const usage = evidence.observation.containers.find((one) => one.container === name)
    if (resource !== 'cpu' || declared === undefined || usage === undefined) return []
    const request = readValue('requests.cpu', declared.values['requests.cpu'] ?? '') ?? 0
    const wanted = wantedCpu({ declared, usage }, evidence)
    const ratio = wanted.kind === 'value' && request > 0 ? (wanted.value * 100) / (request * utilization) : 1
    return [{ name, ratio }]
  })
  const ratio = ratios.find(({ name }) => name === own.name)?.ratio
  return (
    ratio !== undefined &&
    ratio < idleShare &&
    ratios.some((one) => one.ratio > ratio && one.name !== own.name)
  )
}
