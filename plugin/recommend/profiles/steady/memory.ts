import { plural } from '../../../model/plural.ts'
import { parseGoMemory } from '../../../model/quantity.ts'
import { memoryScale, percentile } from '../../../model/sketch.ts'
import { readValue } from '../../../model/value.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { memoryText, noSamplesText, notSetText } from '../../format.ts'
import { hasOpenKills, killsAreAnswered } from '../../kills.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { recurringPeak } from './demand.ts'
import { dailyGrowth, recentRise } from './growth.ts'
import { roundMemory } from './rounding.ts'
import { limitStep } from './step-limits.ts'
import { coveredPods, namingFew } from './unequal-pods.ts'

const mebibyte = 1024 ** 2
/** Smallest change of a memory request that is worth a commit, in bytes. */
const smallestMove = 16 * mebibyte

/**
 * Memory request in bytes: the highest peak with headroom; after an OOM kill, more than the limit at which it happened.
 * The heap of a Go program with GOMEMLIMIT grows into the memory it gets, so its usage alone does not raise the request.
 */
export function memoryRequest(container: ContainerInput, evidence: Evidence): Advice {
  const { declared, usage } = container
  const from = readValue('requests.memory', declared.values['requests.memory'] ?? '')
  if (from === undefined) return unsure(notSetText('memory', 'request'))
  const byUsage = namingFew(wantedMemory(container, evidence), usage.memory, { resource: 'memory', evidence })
  const wanted = notWhileGrowing(atLeastAnnounced(byUsage, container, from), container, from)
  const killed = hasOpenKills(usage)
  const isGo = parseGoMemory(declared.values['env.GOMEMLIMIT'] ?? '') !== undefined
  if (wanted.kind === 'value' && wanted.value > from && isGo && !killed) {
    const text =
      'GOMEMLIMIT lets the Go heap grow into the memory it gets, so the request is raised only after an OOM kill.'
    return advise(from, ...wanted.because, reason('go.held', text))
  }
  return limitStep(
    wanted,
    {
      from,
      smallestMove,
      round: roundMemory,
      largestDecrease: evidence.options.maximumDecrease,
      urgent: () => killed,
    },
    evidence,
  )
}

/** Of what memory has risen within a day, the part that it may rise again until the next evaluation takes effect. */
const partOfRise = 0.75
/** True when the memory limit is well above both the highest peak and the request, so that an unusual day fits below it. */
function hasRoomBelowLimit({ values }: ContainerInput['declared'], highest: number): boolean {
  const limit = readValue('limits.memory', values['limits.memory'] ?? '') ?? 0
  const request = readValue('requests.memory', values['requests.memory'] ?? '') ?? limit
  return limit >= highest * 1.25 && limit >= request * 1.25
}

/** Does not lower a request below what the container's own settings say that it may fill, with what it needs beside that. */
function atLeastAnnounced(wanted: Advice, { declared }: ContainerInput, from: number): Advice {
  if (wanted.kind === 'unsure') return wanted
  const { announced = [] } = declared
  const largest = announced.find(({ bytes }) => bytes !== undefined)
  const share = announced.find(({ percent }) => percent !== undefined)
  const moves =
    share === undefined
      ? []
      : [
          reason(
            'memory.share',
            `${share.said} is a share of the limit, so what it may fill moves with the limit.`,
          ),
        ]
  const floor = Math.min(from, roundMemory(largest?.bytes ?? 0))
  if (largest === undefined || wanted.value >= floor) return advise(wanted.value, ...wanted.because, ...moves)
  const text = `${largest.said} lets it fill memory: with what it needs beside that, ${memoryText(floor)}.`
  return advise(floor, ...wanted.because, reason('memory.announced', text), ...moves)
}

/** Keeps memory that rises from day to day: its peak so far says nothing about tomorrow's. */
function notWhileGrowing(wanted: Advice, { declared, usage }: ContainerInput, from: number): Advice {
  const growth = usage.memory && dailyGrowth(usage.memory)
  if (wanted.kind === 'unsure' || growth === undefined) return wanted
  const limit = readValue('limits.memory', declared.values['limits.memory'] ?? '') ?? Number.POSITIVE_INFINITY
  const days = Math.max(0, (limit - (usage.memory?.peak ?? 0)) / growth)
  const reaches = Number.isFinite(days)
    ? `: it reaches the limit of ${memoryText(limit)} in ${plural(Math.round(days), 'day')}`
    : ''
  const why = reason(
    'memory.grows',
    `Memory grows by ${memoryText(growth)} a day${reaches}. It is not lowered while it grows.`,
  )
  return advise(Math.max(wanted.value, from), ...wanted.because, why)
}

/** The part of the pods of a DaemonSet that a memory request covers, where the limit is apart and covers them all. */
function coveredByMemory({ values }: ContainerInput['declared'], evidence: Evidence): number {
  const [limit, request] = [values['limits.memory'], values['requests.memory']]
  return limit === undefined || limit !== request ? coveredPods(evidence) : 1
}

function wantedMemory({ declared, usage }: ContainerInput, evidence: Evidence): Advice {
  const { options } = evidence
  if (usage.memory === undefined || usage.memory.samples === 0) return unsure(noSamplesText('memory'))
  const covered = coveredByMemory(declared, evidence)
  const highest = covered < 1 ? percentile(usage.memory.sketch, memoryScale, covered) : usage.memory.peak
  const isRecurring = covered === 1 && hasRoomBelowLimit(declared, highest)
  const peak = isRecurring ? recurringPeak(usage.memory) : highest
  const percent = options.memoryMargin
  const margin = 1 + percent / 100
  const recent = covered < 1 ? undefined : recentRise(usage.memory)
  const risen = recent === undefined ? 0 : recent.peak * margin + recent.rise * partOfRise
  const value = roundMemory(Math.max(peak * margin, risen))
  const name =
    covered < 1
      ? `memory that ${options.podPercentile} % of the pods use`
      : peak < highest
        ? 'second-highest daily peak'
        : 'peak'
  const text = `The ${name} is ${memoryText(peak)}; with ${percent} % headroom that is ${memoryText(roundMemory(peak * margin))}.`
  const isRising = recent !== undefined && value > roundMemory(peak * margin)
  const rise = isRising
    ? ` The last three hours reached ${memoryText(recent.peak)}, ${memoryText(recent.rise)} more than the day before; with three quarters of that again it is ${memoryText(value)}.`
    : ''
  const byPeak = reason('memory.peak', `${text}${rise}`)
  if (usage.oomKills === 0) return advise(value, byPeak)
  if (killsAreAnswered(usage)) {
    const text = `${plural(usage.oomKills, 'OOM kill')}: the memory was raised since, and no kill followed.`
    return advise(value, byPeak, reason('memory.oom-answered', text))
  }
  const killedAt = readValue('limits.memory', declared.values['limits.memory'] ?? '') ?? peak
  const raised = roundMemory(Math.max(value, killedAt * 1.2, killedAt + 100 * mebibyte))
  const kills = `${plural(usage.oomKills, 'OOM kill')} at ${memoryText(killedAt)}: the request is raised to ${memoryText(raised)}.`
  return advise(raised, byPeak, reason('memory.oom', kills))
}
