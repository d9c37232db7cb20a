import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Samples of one machine every 5 minutes, in percent of the machine. */
export interface Trace {
  readonly name: string
  readonly cpu: readonly number[]
  readonly memory?: readonly number[]
}

/** Samples per day. */
export const daySamples = 288

const lines = (file: string): readonly string[] => {
  const bytes = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/)
}

/** Reads a file with one column per machine and one row per sample. Throws for cells that are not numbers. */
export function readColumns(file: string): readonly Trace[] {
  const [header = '', ...rows] = lines(file)
  const cells = rows.map((row) => row.split(',').map(Number))
  return header.split(',').map((name, column) => ({
    name,
    cpu: cells.map((row, index) => numberAt(row[column], `${file}: row ${index + 2}, ${name}`)),
  }))
}

/** Reads a file with rows `vm, sample, cpu, memory`, in order of samples for each machine. Throws for cells that are not numbers. */
export function readRows(file: string): readonly Trace[] {
  const machines = new Map<string, { cpu: number[]; memory: number[] }>()
  for (const [index, row] of lines(file).slice(1).entries()) {
    const [name = '', , cpu, memory] = row.split(',')
    const place = `${file}: row ${index + 2}`
    const machine = machines.get(name) ?? { cpu: [], memory: [] }
    machine.cpu.push(numberAt(Number(cpu), place))
    machine.memory.push(numberAt(Number(memory), place))
    machines.set(name, machine)
  }
  return [...machines].map(([name, usage]) => ({ name, ...usage }))
}

function numberAt(value: number | undefined, place: string): number {
  if (value === undefined || !Number.isFinite(value) || value < 0)
    throw new Error(`${place}: not a usage in percent`)
  return value
}

/** The file, when it exists. */
export const present = (file: string): string | undefined => (existsSync(file) ? file : undefined)
