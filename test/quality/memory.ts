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
interface Room {
  readonly request: number
  readonly limit: number
}

/** A profile's memory on the second half of the day, trained on the first. */
export interface MemoryRow {
  readonly profile: string
  /** Sum of requests ÷ sum of the true peaks of the whole day. */
  readonly costOfTruePeak: number
  /** Machines whose usage passed the limit. */
  readonly oomKilled: number
  /** Machines whose usage passed the request, where eviction is possible when the node is full. */
  readonly aboveRequest: number
}

/** Every container starts with half of the machine requested and all of it as the limit. */
const before = ({ bytes }: Machine): Room => ({ request: bytes / 2, limit: bytes })

/** Rows of every profile. */
export function memoryRows(
  traces: readonly Trace[],
  { machine, options }: { readonly machine: Machine; readonly options: RecommendOptions },
): readonly MemoryRow[] {
  const rules: Readonly<Record<string, (trace: Trace) => Room>> = {
    steady: (trace) => steady(trace, machine, options),
    tortoise: (trace) => inProportion(tortoise(vpa(trace, machine), machine), machine),
    vpa: (trace) => inProportion(vpa(trace, machine), machine),
    krr: (trace) => {
      const request = krrMemory(peakOf(trace, machine, halfOf(trace)))
      return { request, limit: request }
    },
  }
  return Object.entries(rules).map(([profile, rule]) => judge(profile, traces, { rule, machine }))
}

const halfOf = ({ cpu }: Trace): number => Math.floor(cpu.length / 2)
const peakOf = ({ memory = [] }: Trace, { bytes }: Machine, to: number, from = 0): number =>
  (memory.slice(from, to).reduce((high, share) => Math.max(high, share), 0) * bytes) / 100

interface Trial {
  readonly rule: (trace: Trace) => Room
  readonly machine: Machine
}

function judge(profile: string, traces: readonly Trace[], { rule, machine }: Trial): MemoryRow {
  const rooms = traces.map((trace) => {
    const end = trace.cpu.length
    return {
      ...rule(trace),
      peak: peakOf(trace, machine, end),
      later: peakOf(trace, machine, end, halfOf(trace)),
    }
  })
  const sum = (part: 'request' | 'peak') => rooms.reduce((total, room) => total + room[part], 0)
  return {
    profile,
    costOfTruePeak: Number((sum('request') / sum('peak')).toFixed(3)),
    oomKilled: rooms.filter(({ later, limit }) => later > limit).length,
    aboveRequest: rooms.filter(({ later, request }) => later > request).length,
  }
}

/** Half a day is too little for `steady` to lower anything; its gates and its step are opened to see its rule at work. */
function steady(trace: Trace, machine: Machine, given: RecommendOptions): Room {
  const observation = observe(trace, { from: 0, to: halfOf(trace) }, machine)
  const { request, limit } = before(machine)
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

/** Tortoise after as many passes as it takes to come to rest. */
function tortoise(usage: number, machine: Machine): number {
  let request = before(machine).request * 1000
  for (let pass = 0; pass < 50; pass += 1) {
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

function inProportion(request: number, machine: Machine): Room {
  const { request: from, limit } = before(machine)
  return { request, limit: (request * limit) / from }
}

/** The table for people, with what one day cannot tell. */
export function memoryTable(rows: readonly MemoryRow[]): string {
  const lines = rows.map(
    (row) => `| ${row.profile} | ${row.costOfTruePeak} | ${row.oomKilled} | ${row.aboveRequest} |`,
  )
  return [
    '| memory, trained on half a day | requests ÷ true peaks | killed at the limit | above the request |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    'A limit twice the request is declared at the start. One day cannot tell: weekly peaks, leaks, growth, what',
    'happens after a roll-out, or that a machine which doubled its memory once will do so again. With the request as',
    'the limit, every machine of the last column would have been killed; that is why `steady` lowers nothing before seven days.',
  ].join('\n')
}
