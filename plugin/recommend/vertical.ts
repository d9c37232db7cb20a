import { bytes, formatCpu, formatMemory, millicores, parseGoMemory } from '../model/quantity.ts'
import { cpuScale, percentile } from '../model/sketch.ts'
import { readValue } from '../model/value.ts'
import type { Advice } from './advice.ts'
import { advise, reason, unsure } from './advice.ts'
import type { Evidence } from './pace.ts'
import { pace } from './pace.ts'
import type { SeenContainer } from './subject.ts'
import { tidyCpu, tidyMemory } from './tidy.ts'

const mebibyte = 1024 ** 2
const smallestCpuMove = 10
const smallestMemoryMove = 16 * mebibyte

/** Prints millicores for a sentence. */
export const cpuText = (value: number): string => formatCpu(millicores(Math.ceil(value)))
/** Prints bytes for a sentence, in whole MiB. */
export const memoryText = (value: number): string => formatMemory(bytes(Math.ceil(value)))

/** The CPU a container needs: a high percentile of what it used, with head-room. */
export function wantedCpu({ usage }: SeenContainer, { options }: Evidence): Advice {
  if (usage.cpu === undefined || usage.cpu.samples === 0) return unsure('no CPU samples were seen')
  const seen = percentile(usage.cpu.sketch, cpuScale, options.cpuPercentile / 100)
  const value = tidyCpu(seen * (1 + options.cpuMargin / 100))
  const text = `p${options.cpuPercentile} of usage is ${cpuText(seen)}, with ${options.cpuMargin} % head-room ${cpuText(value)}`
  return advise(value, reason('cpu.percentile', text))
}

/** The CPU request of a container that no HPA scales by CPU. */
export function cpuRequest(container: SeenContainer, evidence: Evidence): Advice {
  const from = readValue('requests.cpu', container.declared.values['requests.cpu'] ?? '')
  if (from === undefined) return unsure('no CPU request is set, and none is ever added')
  return pace(
    wantedCpu(container, evidence),
    { from, smallestMove: smallestCpuMove, tidy: tidyCpu },
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
  return pace(wanted, { from, smallestMove: smallestMemoryMove, tidy: tidyMemory, urgent: killed }, evidence)
}

function wantedMemory({ declared, usage }: SeenContainer, { options }: Evidence): Advice {
  if (usage.memory === undefined || usage.memory.samples === 0) return unsure('no memory samples were seen')
  const { peak } = usage.memory
  const value = tidyMemory(peak * (1 + options.memoryMargin / 100))
  const text = `peak is ${memoryText(peak)}, with ${options.memoryMargin} % head-room ${memoryText(value)}`
  const calm = advise(value, reason('memory.peak', text))
  if (usage.oomKills === 0) return calm
  const ceiling = readValue('limits.memory', declared.values['limits.memory'] ?? '') ?? peak
  const bumped = tidyMemory(Math.max(value, ceiling * 1.2, ceiling + 100 * mebibyte))
  const kills = `${usage.oomKills} OOM kill${usage.oomKills === 1 ? '' : 's'} at ${memoryText(ceiling)}: raised to ${memoryText(bumped)}`
  return advise(bumped, reason('memory.peak', text), reason('memory.oom', kills))
}
