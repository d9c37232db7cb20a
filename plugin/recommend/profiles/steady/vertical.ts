import type { ResourceUsage } from '../../../model/observation.ts'
import { cpuScale } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { cpuText, noSamplesText, notSetText } from '../../format.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { leastSize, rolloutShare, sharePerMillicore, sizeOf } from './cpu-price.ts'
import { busiestPod, type Price, pricedRequest, type Shares, shareAbove } from './demand.ts'
import { forecast, recentMean } from './forecast.ts'
import { roundCpu } from './rounding.ts'
import { limitStep } from './step-limits.ts'
import { coveredPods, namingFew, withoutBusiest } from './unequal-pods.ts'
import { emptyRoom, recentShares, usageBlocks } from './usage-blocks.ts'

const minutesPerDay = 1440
/** Smallest change of a CPU request that is worth a commit, in millicores. */
const smallestMove = 10
/** Days whose figures the reason gives. */
const shownDays = 3
/** A request above which usage is too often changes for this part of what a rollout costs. */
const urgentPart = 0.1

/** The forecast of a container's CPU usage, and the price of a millicore. */
interface Demand {
  readonly shares: Shares
  /** The distribution of the last days, whose figures the reason gives. */
  readonly recent: Shares
  readonly price: Price
  /** The price of a millicore by the size of the container, however small. */
  readonly ownSharePerUnit: number
}

/** Used again for each container; no blocks outlive `demandOf`. */
const room = emptyRoom()

function demandOf(usage: ResourceUsage, evidence: Evidence): Demand {
  const { options } = evidence
  const blocks = usageBlocks(usage, room)
  const size = sizeOf(usage, recentMean(blocks, cpuScale))
  const sharePerUnit = sharePerMillicore(Math.max(leastSize, size), options)
  const price = { sharePerUnit, covered: options.cpuPercentile / 100 }
  const covered = coveredPods(evidence)
  return {
    shares: withoutBusiest(forecast(blocks, cpuScale, price), covered),
    recent: withoutBusiest(recentShares(blocks, shownDays), covered),
    price,
    ownSharePerUnit: sharePerMillicore(size, options),
  }
}

/** The CPU request, in millicores, above which more is not worth the cost. See `cpu-price.ts` for the price. */
export function wantedCpu({ usage }: ContainerInput, evidence: Evidence): Advice {
  if (usage.cpu === undefined || usage.cpu.samples === 0) return unsure(noSamplesText('cpu'))
  return byPrice(demandOf(usage.cpu, evidence), evidence)
}

function byPrice({ shares, recent, price }: Demand, evidence: Evidence): Advice {
  const value = roundCpu(pricedRequest(shares, cpuScale, price).value)
  const minutes = (request: number): number =>
    Math.round(shareAbove(recent, cpuScale, request) * minutesPerDay)
  const step = value < 100 ? 10 : 100
  const saved = minutes(value) - minutes(value + step)
  const cost = minutesText(price.sharePerUnit * step * minutesPerDay)
  const effect = saved === 0 ? 'changed nothing' : `avoided ${saved} of them`
  const text = `${leftOut(evidence)}CPU was above ${cpuText(value)} for ${minutesText(minutes(value))} a day in the last ${shownDays} days. ${step}m more would have ${effect}; it is worth its cost from ${cost} a day on.`
  return advise(value, reason('cpu.price', text))
}

const minutesText = (minutes: number): string => {
  const rounded = Math.round(minutes)
  return `${rounded} ${rounded === 1 ? 'minute' : 'minutes'}`
}

const leftOut = (evidence: Evidence): string =>
  coveredPods(evidence) < 1
    ? `Of the ${evidence.options.podPercentile} % of the pods that use least (podPercentile), `
    : ''

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
  const { cpu } = container.usage
  if (cpu === undefined || cpu.samples === 0) return unsure(noSamplesText('cpu'))
  const demand = demandOf(cpu, evidence)
  const priced = byPrice(demand, evidence)
  const wanted = atLeastBusiestPod(priced, container, evidence)
  const isPriced = priced.kind === 'value' && wanted.kind === 'value' && priced.value === wanted.value
  const worth = (to: number) => worthOf({ from, to }, demand)
  const limit = {
    from,
    smallestMove,
    round: roundCpu,
    largestDecrease: evidence.options.maximumCpuDecrease,
    urgent: () =>
      isPriced && isUrgent(from, demand) && worth(priced.value) > urgentPart * rolloutShare(evidence.options),
  }
  const isByForecast = isPriced || (wanted.kind === 'value' && wanted.value < from)
  const notWorth = (to: number) => notWorthRollout(to, worth(to), evidence)
  return limitStep(wanted, isByForecast ? { ...limit, notWorth } : limit, evidence)
}

/** True when usage is above the request for longer than `cpuPercentile` allows. */
const isUrgent = (request: number, { shares, price }: Demand): boolean =>
  shareAbove(shares, cpuScale, request) > 1 - price.covered

/**
 * What a change saves, as a share of the time above the request: both requests cost CPU and time above them. By the price of the
 * choice or, where it is more, by that of the container's own size: less CPU for a small container is worth a rollout too.
 */
function worthOf(
  { from, to }: { readonly from: number; readonly to: number },
  { shares, price, ownSharePerUnit }: Demand,
): number {
  const less = shareAbove(shares, cpuScale, from) - shareAbove(shares, cpuScale, to)
  return Math.max(price.sharePerUnit * (from - to), ownSharePerUnit * (from - to)) + less
}

/** Why a change is not worth its rollout, as a sentence; `undefined` when it is. */
function notWorthRollout(to: number, worth: number, { options }: Evidence): string | undefined {
  const rollout = rolloutShare(options)
  if (worth > rollout) return undefined
  const [saved, cost] = [Math.max(0, worth), rollout].map((share) => minutesText(share * minutesPerDay))
  return `A change to ${cpuText(to)} is worth as much as ${saved} a day, and a rollout costs ${cost} (\`rolloutCost\`).`
}
