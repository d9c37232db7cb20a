import { krrMemory } from '../../plugin/recommend/profiles/krr/strategy.ts'
import { tortoiseDefaults } from '../../plugin/recommend/profiles/tortoise/default-options.ts'
import { tortoiseSizes } from '../../plugin/recommend/profiles/tortoise/size.ts'
import { recommend } from '../../plugin/recommend/recommend.ts'
import type { RecommendOptions } from '../../plugin/recommend/recommend-options.ts'
import { withMargin } from '../../plugin/recommend/vpa-recommender/estimate.ts'
import { histogram, memoryBuckets } from '../../plugin/recommend/vpa-recommender/histogram.ts'
import { declare, type Machine, observe } from './machine.ts'
import type { Trace } from './traces.ts'

/** Request and limit in bytes. */
interface MemoryValues {
  readonly request: number
  readonly limit: number
}

/** Memory values of a profile, computed from the first half of the day and scored on the second. */
export interface MemoryRow {
  readonly profile: string
  /** Sum of requests ÷ sum of the true peaks of the whole day. */
  readonly costOfTruePeak: number
  /** Machines with usage above the limit. */
  readonly oomKilled: number
  /** Machines with usage above the request, which can be evicted when the node is full. */
  readonly aboveRequest: number
}

/** The initial values: half of the machine as the request, and all of it as the limit. */
const initial = ({ bytes }: Machine): MemoryValues => ({ request: bytes / 2, limit: bytes })

/** The rows of all profiles. */
export function memoryRows(
  traces: readonly Trace[],
  { machine, options }: { readonly machine: Machine; readonly options: RecommendOptions },
): readonly MemoryRow[] {
  const rules: Readonly<Record<string, (trace: Trace) => MemoryValues>> = {
    steady: (trace) => steady(trace, machine, options),
    tortoise: (trace) => inProportion(tortoise(vpa(trace, machine), machine), machine),
    vpa: (trace) => inProportion(vpa(trace, machine), machine),
    krr: (trace) => {
      const request = krrMemory(peakOf(trace, machine, halfOf(trace)))
      return { request, limit: request }
    },
  }
  return Object.entries(rules).map(([profile, rule]) => scoreRow(profile, traces, { rule, machine }))
}

const halfOf = ({ cpu }: Trace): number => Math.floor(cpu.length / 2)
const peakOf = ({ memory = [] }: Trace, { bytes }: Machine, to: number, from = 0): number =>
  (memory.slice(from, to).reduce((high, share) => Math.max(high, share), 0) * bytes) / 100

interface Trial {
  readonly rule: (trace: Trace) => MemoryValues
  readonly machine: Machine
}

function scoreRow(profile: string, traces: readonly Trace[], { rule, machine }: Trial): MemoryRow {
  const scored = traces.map((trace) => {
    const end = trace.cpu.length
    return {
      ...rule(trace),
      peak: peakOf(trace, machine, end),
      later: peakOf(trace, machine, end, halfOf(trace)),
    }
  })
  const sum = (part: 'request' | 'peak') => scored.reduce((total, one) => total + one[part], 0)
  return {
    profile,
    costOfTruePeak: Number((sum('request') / sum('peak')).toFixed(3)),
    oomKilled: scored.filter(({ later, limit }) => later > limit).length,
    aboveRequest: scored.filter(({ later, request }) => later > request).length,
  }
}

/** Half a day is too little for `steady` to lower a value, so the limits of evidence and of steps are removed here. */
function steady(trace: Trace, machine: Machine, given: RecommendOptions): MemoryValues {
  const observation = observe(trace, { from: 0, to: halfOf(trace) }, machine)
  const { request, limit } = initial(machine)
  const declared = declare({ 'requests.memory': String(request), 'limits.memory': String(limit) })
  const options = { ...given, minimumDays: 0, maximumDecrease: 100 }
  const advice = recommend({ workloads: [declared] }, [observation], {
    options,
    rules: [],
    lastChange: () => undefined,
  })
  const of = (field: string, old: number): number => {
    const found = advice.find((one) => one.field === field)
    return found?.verdict === 'change' ? found.to : old
  }
  return { request: of('requests.memory', request), limit: of('limits.memory', limit) }
}

function vpa(trace: Trace, machine: Machine): number {
  const filled = histogram(memoryBuckets, 24)
  filled.add(peakOf(trace, machine, halfOf(trace)), 1)
  return Math.max(250 * 1024 ** 2, withMargin(Math.trunc(filled.percentile(0.9))))
}

/** Tortoise after as many runs as it needs to reach a fixed point. */
function tortoise(usage: number, machine: Machine): number {
  let request = initial(machine).request * 1000
  for (let run = 0; run < 50; run += 1) {
    const resource = {
      container: 'main',
      resource: 'memory',
      policy: 'Vertical',
      request,
      usage: usage * 1000,
    } as const
    const { sizes } = tortoiseSizes({ resources: [resource], replicas: 1, hpaMin: 1 }, tortoiseDefaults)
    request = sizes[0]?.value ?? request
  }
  return request / 1000
}

function inProportion(request: number, machine: Machine): MemoryValues {
  const { request: from, limit } = initial(machine)
  return { request, limit: (request * limit) / from }
}

/** The rows as a Markdown table, with the limits of one day of data. */
export function memoryTable(rows: readonly MemoryRow[]): string {
  const lines = rows.map(
    (row) => `| ${row.profile} | ${row.costOfTruePeak} | ${row.oomKilled} | ${row.aboveRequest} |`,
  )
  return [
    '| memory, from half a day | requests ÷ true peaks | killed at the limit | above the request |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    'The initial limit is twice the request. One day does not show weekly peaks, leaks, growth, or the effect of a',
    'rollout, nor that a machine that doubled its memory once will do so again. With the limit at the request,',
    'every machine of the last column would have been killed; therefore `steady` lowers nothing before seven days.',
  ].join('\n')
}
