import { bytes, formatCpu, formatMemory, millicores, parseGoMemory } from '../model/quantity.ts'
import { cpuScale } from '../model/sketch.ts'
import { readValue } from '../model/value.ts'
import type { Advice } from './advice.ts'
import { advise, reason, unsure } from './advice.ts'
import { pricedRequest, recentShares, recurringPeak, usageClass } from './demand.ts'
import type { Evidence } from './pace.ts'
import { pace } from './pace.ts'
import type { SeenContainer } from './subject.ts'
import { tidyCpu, tidyMemory } from './tidy.ts'

const mebibyte = 1024 ** 2
const minutesPerDay = 1440
const smallestCpuMove = 10
const smallestMemoryMove = 16 * mebibyte

/** Prints millicores for a sentence. */
export const cpuText = (value: number): string => formatCpu(millicores(Math.ceil(value)))
/** Prints bytes for a sentence, in whole MiB. */
export const memoryText = (value: number): string => formatMemory(bytes(Math.ceil(value)))

/** Days of age that halve what a day counts. */
const cpuHalfLife = 2

/** The CPU a container needs: as much as is worth its price, with head-room for the time until the next look. */
export function wantedCpu({ usage }: SeenContainer, { options }: Evidence): Advice {
  if (usage.cpu === undefined || usage.cpu.samples === 0) return unsure('no CPU samples were seen')
  const { cpuSpare, cpuPercentile, cpuMargin, reviewDays } = options
  const { value: worth, above } = pricedRequest(recentShares(usage.cpu, cpuHalfLife), cpuScale, {
    sharePerUnit: cpuSpare / minutesPerDay / 100,
    covered: cpuPercentile / 100,
  })
  const margin = cpuMargin * Math.min(1, (reviewDays - 1) / 6)
  const value = tidyCpu(worth * (1 + margin / 100))
  const covered = Math.floor((1 - above) * 1000) / 10
  const price = `${usageClass(usage.cpu, cpuScale)} usage: ${cpuText(worth)} covers ${covered} % of the recent time, and the next 100m would spare less than ${cpuSpare} minutes a day`
  const wait = `${Math.round(margin * 10) / 10} % head-room for ${reviewDays} days until the next look: ${cpuText(value)}`
  return advise(value, reason('cpu.price', price), ...(margin > 0 ? [reason('cpu.wait', wait)] : []))
}

/** The CPU request of a container that no HPA scales by CPU. */
export function cpuRequest(container: SeenContainer, evidence: Evidence): Advice {
  const from = readValue('requests.cpu', container.declared.values['requests.cpu'] ?? '')
  if (from === undefined) return unsure('no CPU request is set, and none is ever added')
  return pace(
    wantedCpu(container, evidence),
    {
      from,
      smallestMove: smallestCpuMove,
      tidy: tidyCpu,
      largestDecrease: evidence.options.maximumCpuDecrease,
    },
    evidence,
  )
}

/**
 * The memory request: the highest peak with head-room; after an OOM kill, more than what was there when it happened.
 * The heap of a Go program with a soft limit grows into the room it is given, so its usage is no reason to raise it.
 */
export function memoryRequest(container: SeenContainer, evidence: Evidence): Advice {
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
  return pace(
    wanted,
    {
      from,
      smallestMove: smallestMemoryMove,
      tidy: tidyMemory,
      largestDecrease: evidence.options.maximumDecrease,
      urgent: killed,
    },
    evidence,
  )
}

function hasLimitApart({ values }: SeenContainer['declared'], highest: number): boolean {
  const limit = readValue('limits.memory', values['limits.memory'] ?? '') ?? 0
  const request = readValue('requests.memory', values['requests.memory'] ?? '') ?? limit
  return limit >= highest * 1.25 && limit >= request * 1.25
}

function wantedMemory({ declared, usage }: SeenContainer, { options }: Evidence): Advice {
  if (usage.memory === undefined || usage.memory.samples === 0) return unsure('no memory samples were seen')
  const { peak: highest } = usage.memory
  // What one odd day needed must have room somewhere: under a limit that stays well above it and the request.
  const peak = hasLimitApart(declared, highest) ? recurringPeak(usage.memory) : highest
  const value = tidyMemory(peak * (1 + options.memoryMargin / 100))
  const kind = peak < highest ? 'the peak of all days but one' : 'peak'
  const text = `${kind} is ${memoryText(peak)}, with ${options.memoryMargin} % head-room ${memoryText(value)}`
  const calm = advise(value, reason('memory.peak', text))
  if (usage.oomKills === 0) return calm
  const ceiling = readValue('limits.memory', declared.values['limits.memory'] ?? '') ?? peak
  const bumped = tidyMemory(Math.max(value, ceiling * 1.2, ceiling + 100 * mebibyte))
  const kills = `${usage.oomKills} OOM kill${usage.oomKills === 1 ? '' : 's'} at ${memoryText(ceiling)}: raised to ${memoryText(bumped)}`
  return advise(bumped, reason('memory.peak', text), reason('memory.oom', kills))
}
