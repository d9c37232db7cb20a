import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { comparisons, cpuTable, type Row } from './comparisons.ts'
import { fleetRows, fleetTable } from './fleet.ts'
import type { Machine } from './machine.ts'
import { memoryRows, memoryTable } from './memory.ts'
import { pool, replay } from './replay.ts'
import { rules, steadyOptions } from './rules.ts'
import { scheduleRows, scheduleTable } from './schedules.ts'
import { officeServices, recordedServices, syntheticServices } from './services.ts'
import { daySamples, present, readColumns, readRows, type Trace } from './traces.ts'

/**
 * `npm run quality`: compares the profiles on real usage, day by day. The last line is JSON. `--recommend JSON` overrides settings of
 * `recommend`. Without `--cpu` and `--cpu-memory`, traces are read from the directory TORTOISE_TRACES.
 */
const directory = process.env['TORTOISE_TRACES'] ?? 'traces'
const { values } = parseArgs({
  options: {
    cpu: { type: 'string', multiple: true },
    'cpu-memory': { type: 'string' },
    cores: { type: 'string', default: '4' },
    hpa: { type: 'boolean', default: false },
    recommend: { type: 'string', default: '{}' },
    rules: { type: 'string', default: '' },
    gibibytes: { type: 'string', default: '16' },
  },
})
const machines: readonly Machine[] = values.cores.split(',').map((cores) => ({
  millicores: Number(cores) * 1000,
  bytes: Number(values.gibibytes) * 1024 ** 3,
}))
/** The sets of TORTOISE_TRACES: the one that the README shows, and those of other machines. */
const sets = ['cpu', 'azure-periodic78-cpu', 'bitbrains50-cpu'].flatMap((name) => [
  `${directory}/${name}-avg-5min.csv.gz`,
  `${directory}/${name}-avg-5min-of4cores.csv.gz`,
])
const cpuFiles = values.cpu ?? sets.flatMap((file) => present(file) ?? [])
const memoryFile = values['cpu-memory'] ?? present(`${directory}/cpu-memory-5min-1day.csv.gz`)
const options = steadyOptions(values.recommend)

/** The days on which a replay can start: seven, so that each weekday is the first once, with the same history before each. */
function startDays(traces: readonly Trace[]): readonly number[] {
  const days = Math.floor((traces[0]?.cpu.length ?? 0) / daySamples)
  const first = Math.min(14, Math.floor(days / 2))
  return Array.from({ length: Math.max(1, Math.min(7, days - first - 7 + 1)) }, (_, index) => first + index)
}

function cpuRows(traces: readonly Trace[], machine: Machine): readonly Row[] {
  const starts = startDays(traces)
  const wanted = values.rules === '' ? undefined : new Set(values.rules.split(','))
  const made = rules(options)
  return (['daily', 'weekly'] as const).flatMap((cadence) =>
    Object.entries(made).flatMap(([profile, rule]) => {
      if (wanted?.has(profile) === false) return []
      const schedule = { starts, cadence: cadence === 'daily' ? 1 : 7, machine }
      const replays = traces.map((trace) => replay(trace, rule, schedule))
      const halves = [0, 1].map((half) => pool(replays.filter((_, index) => index % 2 === half)))
      return [{ profile, cadence, ...pool(replays), halves, replays }]
    }),
  )
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`)

/** The tables of one set of machines, one for each size of machine, and their rows. */
function cpuSet(file: string) {
  const traces = readColumns(file)
  return machines.map((machine) => {
    const rows = cpuRows(traces, machine)
    const cores = machine.millicores / 1000
    print([`${basename(file)}, ${cores} cores`, '', cpuTable(rows), '', ...comparisons(rows), ''].join('\n'))
    return { set: basename(file), cores, rows: rows.map(({ replays: _, ...row }) => row) }
  })
}

/** Every other machine of the sets that have four weeks, ten of each. */
const recordedFleet = () =>
  cpuFiles.flatMap((file) =>
    recordedServices(readColumns(file).filter((_, index) => index % 2 === 0)).slice(0, 10),
  )

if (cpuFiles.length === 0 && memoryFile === undefined) {
  process.stderr.write(
    'No traces found. Add --cpu FILE.csv.gz and --cpu-memory FILE.csv.gz, or set TORTOISE_TRACES.\n',
  )
  process.exitCode = 2
} else {
  const cpu = cpuFiles.flatMap(cpuSet)
  const [machine] = machines
  const memory =
    memoryFile === undefined || machine === undefined
      ? []
      : memoryRows(readRows(memoryFile), { machine, options })
  if (memory.length > 0) print(`${memoryTable(memory)}\n`)
  const fleets = values.hpa ? [syntheticServices(), recordedFleet()] : []
  const fleet = fleets.flatMap((services) => {
    const rows = services.length === 0 ? [] : fleetRows(options, services)
    if (rows.length > 0) print(`${fleetTable(rows)}\n`)
    return rows
  })
  const schedules = values.hpa
    ? scheduleRows(options, [...syntheticServices(), ...officeServices(), ...recordedFleet()])
    : []
  if (schedules.length > 0) print(`${scheduleTable(schedules)}\n`)
  print(JSON.stringify({ quality: { cpu, memory, fleet, schedules } }))
}
