import type { ResourceUsage } from '../../../model/observation.ts'
import { parseGoMemory } from '../../../model/quantity.ts'
import { cpuScale } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { cpuText, memoryText } from '../../format.ts'
import type { RecommendOptions } from '../../recommend-options.ts'
import type { ContainerInput } from '../../workload-input.ts'
import {
  busiestPod,
  meanOf,
  pricedRequest,
  recurringPeak,
  shareAbove,
  usageClass,
  weighedShares,
} from './demand.ts'
import { roundCpu, roundMemory } from './rounding.ts'
import { limitStep } from './step-limits.ts'

const mebibyte = 1024 ** 2
const minutesPerDay = 1440
const smallestCpuMove = 10
const smallestMemoryMove = 16 * mebibyte

/** Mean usage, in millicores, up to which a container pays the price as it is set. */
const usualCpu = 250
/** Days on which a decrease must have been right, when values are looked at daily. */
const daysOfDecrease = 3

/** What the next 100m must spare, in minutes a day: less for a large container, to half; more the sooner the next look. */
function spareOf(mean: number, { cpuSpare, reviewDays }: RecommendOptions): number {
  const size = Math.min(1, Math.max(0.5, Math.sqrt(usualCpu / Math.max(mean, 1))))
  return cpuSpare * size * Math.sqrt(7 / Math.min(7, reviewDays))
}

function priced(usage: ResourceUsage, options: RecommendOptions, ago = 0) {
  const shares = weighedShares(usage, ago)
  const spare = spareOf(meanOf(shares, cpuScale), options)
  const price = { sharePerUnit: spare / minutesPerDay / 100, covered: options.cpuPercentile / 100 }
  return { ...pricedRequest(shares, cpuScale, price), spare }
}

/**
 * The CPU a container needs: as much as is worth its price. To a large container the next 100m are less, so they need
 * not spare as much. A value that is looked at daily may be cut closer than one that must last a week: both by the square
 * root, of its usage and of the days.
 */
export function wantedCpu({ usage }: ContainerInput, { options }: Evidence): Advice {
  if (usage.cpu === undefined || usage.cpu.samples === 0) return unsure('no CPU samples were seen')
  const { value, above, spare } = priced(usage.cpu, options)
  const covered = Math.floor((1 - above) * 1000) / 10
  const text = `${usageClass(usage.cpu, cpuScale)} usage: ${cpuText(value)} covers ${covered} % of the recent time, and the next 100m would spare less than ${Math.round(spare)} minutes a day`
  return advise(roundCpu(value), reason('cpu.price', text))
}

/** True when a request covers less of the time than it must whatever that costs: no raise is a trifle then. */
function tooOftenAbove({ usage: { cpu } }: ContainerInput, { options }: Evidence, request: number): boolean {
  if (cpu === undefined) return false
  return shareAbove(weighedShares(cpu), cpuScale, request) > 1 - options.cpuPercentile / 100
}

/** The most that was wanted on the last days: a decrease must have been right on each of them. */
function wantedLately({ usage: { cpu } }: ContainerInput, { options }: Evidence): number {
  const days = Math.ceil(daysOfDecrease / options.reviewDays)
  const before = (cpu?.daily?.days.length ?? 0) > days ? days - 1 : 0
  const values = Array.from({ length: before }, (_, index) =>
    cpu === undefined ? 0 : priced(cpu, options, index + 1).value,
  )
  return roundCpu(Math.max(0, ...values))
}

/** A request that covers the busiest pod for half of the time at least. */
function forBusiestPod(wanted: Advice, { usage: { cpu } }: ContainerInput): Advice {
  const busiest = cpu === undefined ? 0 : busiestPod(cpu, cpuScale)
  if (wanted.kind === 'unsure' || roundCpu(busiest) <= wanted.value) return wanted
  const text = `load is spread unevenly: the busiest pod uses ${cpuText(busiest)} half of the time`
  return advise(roundCpu(busiest), ...wanted.because, reason('cpu.busiest', text))
}

/** The CPU request of a container that no HPA scales by CPU. */
export function cpuRequest(container: ContainerInput, evidence: Evidence): Advice {
  const from = readValue('requests.cpu', container.declared.values['requests.cpu'] ?? '')
  if (from === undefined) return unsure('no CPU request is set, and none is ever added')
  return limitStep(
    forBusiestPod(wantedCpu(container, evidence), container),
    {
      from,
      smallestMove: smallestCpuMove,
      tidy: roundCpu,
      largestDecrease: evidence.options.maximumCpuDecrease,
      wantedLately: () => wantedLately(container, evidence),
      urgent: () => tooOftenAbove(container, evidence, from),
    },
    evidence,
  )
}

/**
 * The memory request: the highest peak with head-room; after an OOM kill, more than what was there when it happened.
 * The heap of a Go program with a soft limit grows into the room it is given, so its usage is no reason to raise it.
 */
export function memoryRequest(container: ContainerInput, evidence: Evidence): Advice {
  const { declared, usage } = container
  const from = readValue('requests.memory', declared.values['requests.memory'] ?? '')
  if (from === undefined) return unsure('no memory request is set, and none is ever added')
  const wanted = wantedMemory(container, evidence)
  const killed = usage.oomKills > 0
  const isGo = parseGoMemory(declared.values['env.GOMEMLIMIT'] ?? '') !== undefined
  if (wanted.kind === 'value' && wanted.value > from && isGo && !killed) {
    return advise(
      from,
      ...wanted.because,
      reason('go.held', 'GOMEMLIMIT lets the heap fill its room; raised only after an OOM kill'),
    )
  }
  return limitStep(
    wanted,
    {
      from,
      smallestMove: smallestMemoryMove,
      tidy: roundMemory,
      largestDecrease: evidence.options.maximumDecrease,
      urgent: () => killed,
    },
    evidence,
  )
}

function hasLimitApart({ values }: ContainerInput['declared'], highest: number): boolean {
  const limit = readValue('limits.memory', values['limits.memory'] ?? '') ?? 0
  const request = readValue('requests.memory', values['requests.memory'] ?? '') ?? limit
  return limit >= highest * 1.25 && limit >= request * 1.25
}

function wantedMemory({ declared, usage }: ContainerInput, { options }: Evidence): Advice {
  if (usage.memory === undefined || usage.memory.samples === 0) return unsure('no memory samples were seen')
  const { peak: highest } = usage.memory
  // What one odd day needed must have room somewhere: under a limit that stays well above it and the request.
  const peak = hasLimitApart(declared, highest) ? recurringPeak(usage.memory) : highest
  const value = roundMemory(peak * (1 + options.memoryMargin / 100))
  const kind = peak < highest ? 'the peak of all days but one' : 'peak'
  const text = `${kind} is ${memoryText(peak)}, with ${options.memoryMargin} % head-room ${memoryText(value)}`
  const calm = advise(value, reason('memory.peak', text))
  if (usage.oomKills === 0) return calm
  const ceiling = readValue('limits.memory', declared.values['limits.memory'] ?? '') ?? peak
  const bumped = roundMemory(Math.max(value, ceiling * 1.2, ceiling + 100 * mebibyte))
  const kills = `${usage.oomKills} OOM kill${usage.oomKills === 1 ? '' : 's'} at ${memoryText(ceiling)}: raised to ${memoryText(bumped)}`
  return advise(bumped, reason('memory.peak', text), reason('memory.oom', kills))
}
