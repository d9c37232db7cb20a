import type { DeclaredWorkload } from '../../plugin/model/declared.ts'
import type { Observation } from '../../plugin/model/observation.ts'
import { usageRecorder } from '../../plugin/model/recorder.ts'
import { cpuScale, memoryScale } from '../../plugin/model/sketch.ts'
import { observationWithin } from '../../plugin/recommend/replay/span.ts'
import { daySamples, type Trace } from './traces.ts'

/** The size of a machine; traces are in percent of it. */
export interface Machine {
  readonly millicores: number
  readonly bytes: number
}

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'traces', name: 'machine' } as const
const step = 86_400 / daySamples
/** A Monday, 00:00 UTC. */
const monday = Date.UTC(2026, 8, 7) / 1000

/** A workload of one container with these values. */
export const declare = (values: DeclaredWorkload['containers'][number]['values']): DeclaredWorkload => ({
  workload,
  containers: [{ name: 'main', role: 'main', values }],
})

/** The observation of a trace between two samples, as one pod. */
export function observe(
  trace: Trace,
  { from, to }: { readonly from: number; readonly to: number },
  machine: Machine,
): Observation {
  const frame = { first: monday + (from + 1) * step, step, count: to - from }
  const [cpu, memory] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
  for (let slot = 0; slot < to - from; slot += 1) {
    cpu.add(slot, ((trace.cpu[from + slot] ?? 0) * machine.millicores) / 100)
    const share = trace.memory?.[from + slot]
    if (share !== undefined) memory.add(slot, (share * machine.bytes) / 100)
  }
  const [usedCpu, usedMemory] = [cpu.finish(), memory.finish()]
  const iso = (sample: number) => new Date((monday + sample * step) * 1000).toISOString()
  return {
    cluster: 'traces',
    workload,
    window: { from: iso(from), to: iso(to) },
    days: (to - from) / daySamples,
    coverage: 1,
    containers: [
      {
        container: 'main',
        ...(usedCpu === undefined ? {} : { cpu: usedCpu }),
        ...(usedMemory === undefined ? {} : { memory: usedMemory }),
        oomKills: 0,
      },
    ],
    replicas: { min: 1, max: 1, mean: 1 },
  }
}

const known = new WeakMap<Trace, Map<string, Observation>>()

/** The observation of the whole days of a trace before a day, computed once for all replays. */
export function observedDays(
  trace: Trace,
  { to, days }: { readonly to: number; readonly days: number },
  machine: Machine,
): Observation {
  const made = known.get(trace) ?? new Map<string, Observation>()
  known.set(trace, made)
  const whole = `${machine.millicores}`
  const all = made.get(whole) ?? observe(trace, { from: 0, to: trace.cpu.length }, machine)
  made.set(whole, all)
  const key = `${whole} ${to} ${days}`
  const span = { from: monday + (to - days) * 86_400, to: monday + to * 86_400 }
  const within = made.get(key) ?? observationWithin(all, span)
  if (within === undefined) throw new Error('the days have no samples')
  made.set(key, within)
  const iso = (time: number) => new Date(time * 1000).toISOString()
  return { ...within, window: { from: iso(span.from), to: iso(span.to) } }
}
