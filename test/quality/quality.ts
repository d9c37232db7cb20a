import { parseArgs } from 'node:util'
import { fleetRows, fleetTable } from './fleet.ts'
import type { Machine } from './machine.ts'
import { memoryRows, memoryTable } from './memory.ts'
import { type Pooled, pool, replay } from './replay.ts'
import { rules, steadyOptions } from './rules.ts'
import { daySamples, present, readColumns, readRows, type Trace } from './traces.ts'

/** `npm run quality`: judges the profiles on real usage, walking forward. Ends with one line of JSON. `--recommend JSON` lays other settings of `recommend` over the defaults. */
const shared = '../../shared/traces'
const { values } = parseArgs({
  options: {
    cpu: { type: 'string' },
    'cpu-memory': { type: 'string' },
    cores: { type: 'string', default: '4' },
    hpa: { type: 'boolean', default: false },
    recommend: { type: 'string', default: '{}' },
    gibibytes: { type: 'string', default: '16' },
  },
})
const machine: Machine = {
  millicores: Number(values.cores) * 1000,
  bytes: Number(values.gibibytes) * 1024 ** 3,
}
const cpuFile = values.cpu ?? present(`${shared}/cpu-avg-5min.csv.gz`)
const memoryFile = values['cpu-memory'] ?? present(`${shared}/cpu-memory-5min-1day.csv.gz`)

/** One profile at one cadence, on all machines and on two disjoint halves of them. */
interface Row extends Pooled {
  readonly profile: string
  readonly cadence: 'daily' | 'weekly'
  readonly halves: readonly Pooled[]
}

function cpuRows(traces: readonly Trace[]): readonly Row[] {
  const days = (traces[0]?.cpu.length ?? 0) / daySamples
  const trainDays = Math.min(14, Math.round(days / 2))
  return (['daily', 'weekly'] as const).flatMap((cadence) =>
    Object.entries(rules(steadyOptions(values.recommend))).map(([profile, rule]) => {
      const walk = { trainDays, cadence: cadence === 'daily' ? 1 : 7, machine }
      const replays = traces.map((trace) => replay(trace, rule, walk))
      const halves = [0, 1].map((half) => pool(replays.filter((_, index) => index % 2 === half)))
      return { profile, cadence, ...pool(replays), halves }
    }),
  )
}

function cpuTable(rows: readonly Row[]): string {
  const head = [
    'rule',
    'computed',
    'requested ÷ used',
    'time above',
    'volume above',
    'above > 5 % of the time',
    'changes a machine',
    'halves: ÷ used, time above',
  ]
  const lines = rows.map((row) => [
    row.profile,
    row.cadence,
    row.requestedOverUsed.toFixed(3),
    `${row.percentAbove} %`,
    `${row.volumePercentAbove} %`,
    row.machinesOften,
    row.changesPerMachine,
    row.halves.map((half) => `${half.requestedOverUsed.toFixed(3)}, ${half.percentAbove} %`).join(' · '),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const find = (rows: readonly Row[], profile: string, cadence: Row['cadence']): Row | undefined =>
  rows.find((row) => row.profile === profile && row.cadence === cadence)

/** How `steady` stands against the two peers that it is measured by, on all machines and on each half. */
function standing(rows: readonly Row[]): readonly string[] {
  const pairs = [
    ['weekly', 'p95 × 1.15'],
    ['daily', 'vpa'],
  ] as const
  return pairs.flatMap(([cadence, peer]) => {
    const [ours, theirs] = [find(rows, 'steady', cadence), find(rows, peer, cadence)]
    if (ours === undefined || theirs === undefined) return []
    const compare = (one: Pooled, other: Pooled): string => {
      const ask = (one.requestedOverUsed / other.requestedOverUsed - 1) * 100
      return `asks ${ask > 0 ? '+' : ''}${ask.toFixed(1)} %, above ${one.percentAbove} % of the time against ${other.percentAbove} %, ${one.changesPerMachine} changes against ${other.changesPerMachine}`
    }
    const halves = ours.halves.map((half, index) => compare(half, theirs.halves[index] ?? half))
    return [
      `steady ${cadence} against ${peer} ${cadence}: ${compare(ours, theirs)}`,
      ...halves.map((text, index) => `    half ${index + 1}: ${text}`),
    ]
  })
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`)
if (cpuFile === undefined && memoryFile === undefined) {
  process.stderr.write(
    'There are no traces. Name them with --cpu FILE.csv.gz and --cpu-memory FILE.csv.gz.\n',
  )
  process.exitCode = 2
} else {
  const rows = cpuFile === undefined ? [] : cpuRows(readColumns(cpuFile))
  if (rows.length > 0) say([cpuTable(rows), '', ...standing(rows), ''].join('\n'))
  const memory =
    memoryFile === undefined
      ? []
      : memoryRows(readRows(memoryFile), { machine, options: steadyOptions(values.recommend) })
  if (memory.length > 0) say(`${memoryTable(memory)}\n`)
  const fleet = values.hpa ? fleetRows(steadyOptions(values.recommend)) : []
  if (fleet.length > 0) say(`${fleetTable(fleet)}\n`)
  say(JSON.stringify({ quality: { cores: Number(values.cores), rows, memory, fleet } }))
}
