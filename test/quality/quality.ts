import { parseArgs } from 'node:util'
import { type Criterion, shareOfDraws } from './draws.ts'
import { fleetRows, fleetTable } from './fleet.ts'
import type { Machine } from './machine.ts'
import { memoryRows, memoryTable } from './memory.ts'
import { type Pooled, pool, type Replay, replay } from './replay.ts'
import { rules, steadyOptions } from './rules.ts'
import { daySamples, present, readColumns, readRows, type Trace } from './traces.ts'

/**
 * `npm run quality`: compares the profiles on real usage, day by day. The last line is JSON. `--recommend JSON` overrides settings of
 * `recommend`. Without `--cpu` and `--cpu-memory`, traces are read from the directory TORTOISE_TRACES.
 */
const directory = process.env['TORTOISE_TRACES'] ?? 'traces'
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
const cpuFile = values.cpu ?? present(`${directory}/cpu-avg-5min.csv.gz`)
const memoryFile = values['cpu-memory'] ?? present(`${directory}/cpu-memory-5min-1day.csv.gz`)

/** One profile at one cadence, on all machines and on two disjoint halves of them. */
interface Row extends Pooled {
  readonly profile: string
  readonly cadence: 'daily' | 'weekly'
  readonly halves: readonly Pooled[]
  readonly replays: readonly Replay[]
}

function cpuRows(traces: readonly Trace[]): readonly Row[] {
  const days = (traces[0]?.cpu.length ?? 0) / daySamples
  const trainDays = Math.min(14, Math.round(days / 2))
  return (['daily', 'weekly'] as const).flatMap((cadence) =>
    Object.entries(rules(steadyOptions(values.recommend))).map(([profile, rule]) => {
      const schedule = { trainDays, cadence: cadence === 'daily' ? 1 : 7, machine }
      const replays = traces.map((trace) => replay(trace, rule, schedule))
      const halves = [0, 1].map((half) => pool(replays.filter((_, index) => index % 2 === half)))
      return { profile, cadence, ...pool(replays), halves, replays }
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
    'changes per machine',
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

interface Peer {
  readonly cadence: Row['cadence']
  readonly peer: string
  readonly criterion: Criterion
}

/** The criteria for `steady`: weekly 8 % less than a percentile; daily close to the VPA with half of its changes. */
const peers: readonly Peer[] = [
  {
    cadence: 'weekly',
    peer: 'p95 × 1.15',
    criterion: (ours, theirs) =>
      ours.percentAbove <= theirs.percentAbove && ours.requestedOverUsed <= 0.92 * theirs.requestedOverUsed,
  },
  {
    cadence: 'daily',
    peer: 'vpa',
    criterion: (ours, theirs) =>
      ours.percentAbove <= theirs.percentAbove &&
      ours.requestedOverUsed <= 1.06 * theirs.requestedOverUsed &&
      ours.changesPerMachine <= theirs.changesPerMachine / 2,
  },
]

function comparison(ours: Pooled, theirs: Pooled): string {
  const difference = (ours.requestedOverUsed / theirs.requestedOverUsed - 1) * 100
  return `requests ${difference > 0 ? '+' : ''}${difference.toFixed(1)} %, above the request for ${ours.percentAbove} % of the time (peer: ${theirs.percentAbove} %), ${ours.changesPerMachine} changes (peer: ${theirs.changesPerMachine})`
}

/** Compares `steady` with its two peers on all machines, on each half, and on machines drawn with replacement. */
function comparisons(rows: readonly Row[]): readonly string[] {
  return peers.flatMap(({ cadence, peer, criterion }) => {
    const [ours, theirs] = [find(rows, 'steady', cadence), find(rows, peer, cadence)]
    if (ours === undefined || theirs === undefined) return []
    const halves = ours.halves.map((half, index) => comparison(half, theirs.halves[index] ?? half))
    const draws = Math.round(shareOfDraws(ours.replays, theirs.replays, criterion) * 100)
    return [
      `steady ${cadence} compared with ${peer} ${cadence}: ${comparison(ours, theirs)}`,
      ...halves.map((text, index) => `    half ${index + 1}: ${text}`),
      `    ${criterion(ours, theirs) ? 'meets' : 'does not meet'} the criterion; ${draws} % of the sets drawn from these machines meet it`,
    ]
  })
}

const withoutReplays = ({ replays: _, ...row }: Row) => row

const print = (text: string): boolean => process.stdout.write(`${text}\n`)
if (cpuFile === undefined && memoryFile === undefined) {
  process.stderr.write(
    'No traces found. Add --cpu FILE.csv.gz and --cpu-memory FILE.csv.gz, or set TORTOISE_TRACES.\n',
  )
  process.exitCode = 2
} else {
  const rows = cpuFile === undefined ? [] : cpuRows(readColumns(cpuFile))
  if (rows.length > 0) print([cpuTable(rows), '', ...comparisons(rows), ''].join('\n'))
  const memory =
    memoryFile === undefined
      ? []
      : memoryRows(readRows(memoryFile), { machine, options: steadyOptions(values.recommend) })
  if (memory.length > 0) print(`${memoryTable(memory)}\n`)
  const fleet = values.hpa ? fleetRows(steadyOptions(values.recommend)) : []
  if (fleet.length > 0) print(`${fleetTable(fleet)}\n`)
  print(
    JSON.stringify({
      quality: { cores: Number(values.cores), rows: rows.map(withoutReplays), memory, fleet },
    }),
  )
}
