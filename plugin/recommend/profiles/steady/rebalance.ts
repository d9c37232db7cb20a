import { sum } from '../../../model/sum.ts'
import { readValue } from '../../../model/value.ts'
import type { Evidence } from '../../evidence.ts'
import type { ContainerInput, WorkloadInput } from '../../workload-input.ts'
import { roundCpu } from './rounding.ts'
import { wantedCpu } from './vertical.ts'

/** Requests of the containers of a pod, what they want, and the most that one may fall in a step, in percent. */
export interface Split {
  readonly from: readonly number[]
  readonly wanted: readonly number[]
  readonly largestDecrease: number
}

/**
 * Parts a request of the whole pod between its containers as they want it. None falls further than one step, and none
 * below both what it wants and what it has: a busy one is never starved for an idle one.
 */
export function parted(total: number, { from, wanted, largestDecrease }: Split): readonly number[] {
  const share = (index: number, of: number, all: number): number =>
    (of * (wanted[index] ?? 0)) / Math.max(all, 1e-9)
  const whole = sum(wanted)
  const step = (index: number): number => (from[index] ?? 0) * (1 - largestDecrease / 100)
  const bounded = from.map((_, index) => share(index, total, whole) < step(index))
  const taken = sum(
    from.filter((_, index) => bounded[index]).map((value) => value * (1 - largestDecrease / 100)),
  )
  const free = sum(wanted.filter((_, index) => !bounded[index]))
  // Where one cannot fall far enough yet, the others get what they want as far as the pod has it today.
  const rest = Math.min(Math.max(total - taken, free), Math.max(total, sum(from)) - taken)
  return from.map((own, index) => {
    const least = Math.max(step(index), Math.min(own, wanted[index] ?? 0))
    return roundCpu(bounded[index] ? step(index) : Math.max(share(index, rest, free), least))
  })
}

/** True when a container wants so much more than it has that it is worth a commit, while the pod as a whole has enough. */
export const isUnequal = ({ from, wanted }: Split, { options }: Evidence): boolean =>
  sum(wanted) <= sum(from) &&
  wanted.some((value, index) => {
    const more = value - (from[index] ?? 0)
    return more >= 10 && more >= ((from[index] ?? 0) * options.minimumChange) / 100
  })

/** Share of its scale point below which a container drives no scaling while another comes nearer to its own. Tortoise's. */
const idle = 0.9

/**
 * True for a container with a target of its own that holds so little of its scale point, beside another that holds more,
 * that it does not decide how many pods run: then its request follows its usage and its target stays.
 */
export function isIdle(
  { declared: { autoscaler, containers } }: WorkloadInput,
  { declared: own }: ContainerInput,
  evidence: Evidence,
): boolean {
  const nearness = (autoscaler?.targets ?? []).flatMap(({ resource, container: name, utilization }) => {
    const declared = containers.find((one) => one.name === name)
    const usage = evidence.observation.containers.find((one) => one.container === name)
    if (resource !== 'cpu' || declared === undefined || usage === undefined) return []
    const request = readValue('requests.cpu', declared.values['requests.cpu'] ?? '') ?? 0
    const wanted = wantedCpu({ declared, usage }, evidence)
    const ratio = wanted.kind === 'value' && request > 0 ? (wanted.value * 100) / (request * utilization) : 1
    return [{ name, ratio }]
  })
  const ratio = nearness.find(({ name }) => name === own.name)?.ratio
  return (
    ratio !== undefined && ratio < idle && nearness.some((one) => one.ratio > ratio && one.name !== own.name)
  )
}
