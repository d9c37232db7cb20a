import type { ResourceUsage } from '../../../model/observation.ts'
import { cpuScale } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { cpuText, noSamplesText, notSetText } from '../../format.ts'
import type { RecommendOptions } from '../../recommend-options.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { busiestPod, meanOf, pricedRequest, shareAbove, weightedShares } from './demand.ts'
import { roundCpu } from './rounding.ts'
import { limitStep } from './step-limits.ts'
import { coveredPods, namingFew, withoutBusiest } from './unequal-pods.ts'

const minutesPerDay = 1440
/** Smallest change of a CPU request that is worth a commit, in millicores. */
const smallestMove = 10

/** Mean usage in millicores up to which the required saving is that of the settings. */
const usualCpu = 250
/** Days on which a decrease must have been right, for daily evaluations. */
const daysOfDecrease = 3

/**
 * Minutes a day above the request that 100m more must remove to be worth their cost. The required saving falls with the square
 * root of the container's mean usage (millicores) above 250m, down to a half, and with that of the days between evaluations.
 */
function requiredSaving(mean: number, { cpuSpare, reviewDays }: RecommendOptions): number {
  const size = Math.min(1, Math.max(0.5, Math.sqrt(usualCpu / Math.max(mean, 1))))
  return cpuSpare * size * Math.sqrt(7 / Math.min(7, reviewDays))
}

function requestByPrice(usage: ResourceUsage, evidence: Evidence, ago = 0) {
  const { options } = evidence
  const shares = withoutBusiest(weightedShares(usage, ago), coveredPods(evidence))
  const minutes = requiredSaving(meanOf(shares, cpuScale), options)
  const price = { sharePerUnit: minutes / minutesPerDay / 100, covered: options.cpuPercentile / 100 }
  return { ...pricedRequest(shares, cpuScale, price), minutes }
}

/** The CPU request, in millicores, above which more is not worth the cost. See `requiredSaving` for the price. */
export function wantedCpu({ usage }: ContainerInput, evidence: Evidence): Advice {
  if (usage.cpu === undefined || usage.cpu.samples === 0) return unsure(noSamplesText('cpu'))
  const { value, above, minutes } = requestByPrice(usage.cpu, evidence)
  const covered = Math.floor((1 - above) * 1000) / 10
  const [without, part] = [leftOut(evidence), coveredPods(evidence) < 1 ? 'their time' : 'the time']
  const text = `${without}CPU usage is below ${cpuText(value)} for ${covered} % of ${part}. 100m more would help for less than ${Math.round(minutes)} minutes a day.`
  return advise(roundCpu(value), reason('cpu.price', text))
}

const leftOut = (evidence: Evidence): string =>
  coveredPods(evidence) < 1
    ? `Of the ${evidence.options.podPercentile} % of the pods that use least (podPercentile), `
    : ''

/** True when usage is above the request for longer than `cpuPercentile` allows: then even a small raise is made. */
function tooOftenAbove({ usage: { cpu } }: ContainerInput, evidence: Evidence, request: number): boolean {
  if (cpu === undefined) return false
  const shares = withoutBusiest(weightedShares(cpu), coveredPods(evidence))
  return shareAbove(shares, cpuScale, request) > 1 - evidence.options.cpuPercentile / 100
}

/** The highest request wanted on the last days, in millicores: a decrease must have been right on each of them. */
function wantedRecently({ usage: { cpu } }: ContainerInput, evidence: Evidence): number {
  const days = Math.ceil(daysOfDecrease / evidence.options.reviewDays)
  const before = (cpu?.daily?.days.length ?? 0) > days ? days - 1 : 0
  const values = Array.from({ length: before }, (_, index) =>
    cpu === undefined ? 0 : requestByPrice(cpu, evidence, index + 1).value,
  )
  return roundCpu(Math.max(0, ...values))
}

/** Raises a request to the median usage of the busiest pod, and says of a DaemonSet how many pods that is for. */
function atLeastBusiestPod(wanted: Advice, { usage: { cpu } }: ContainerInput, evidence: Evidence): Advice {
  const busiest = cpu === undefined || coveredPods(evidence) < 1 ? 0 : busiestPod(cpu, cpuScale)
  if (wanted.kind === 'unsure' || roundCpu(busiest) <= wanted.value)
    return namingFew(wanted, cpu, { resource: 'cpu', evidence })
  const isSpread = evidence.observation.workload.kind !== 'DaemonSet'
  const text = `${isSpread ? 'Load is spread unevenly: the' : 'The'} busiest pod uses ${cpuText(busiest)} or more half of the time.`
  const raised = advise(roundCpu(busiest), ...wanted.because, reason('cpu.busiest', text))
  return namingFew(raised, cpu, { resource: 'cpu', evidence })
}

/** CPU request, in millicores, of a container that no HPA scales by CPU. */
export function cpuRequest(container: ContainerInput, evidence: Evidence): Advice {
  const from = readValue('requests.cpu', container.declared.values['requests.cpu'] ?? '')
  if (from === undefined) return unsure(notSetText('cpu', 'request'))
  return limitStep(
    atLeastBusiestPod(wantedCpu(container, evidence), container, evidence),
    {
      from,
      smallestMove,
      round: roundCpu,
      largestDecrease: evidence.options.maximumCpuDecrease,
      wantedRecently: () => wantedRecently(container, evidence),
      urgent: () => tooOftenAbove(container, evidence, from),
    },
    evidence,
  )
}
