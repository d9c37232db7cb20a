import { join } from 'node:path'
import { processorMs } from './processor.ts'

const rounds = 40

/**
 * `tortoise --version` and `tortoise --help` against a Node that does nothing: processor time (user and system) in
 * milliseconds, the mean of alternating rounds. `versionRatio` is to be 1.5 at most.
 */
export async function startAgainstBare(): Promise<Readonly<Record<string, number>>> {
  const program = join(process.cwd(), 'dist/tortoise.js')
  const runs = { bare: ['-e', '0'], version: [program, '--version'], help: [program, '--help'] }
  const sums = { bare: 0, version: 0, help: 0 }
  for (let round = 0; round < rounds; round++) {
    for (const name of ['bare', 'version', 'help'] as const)
      sums[name] += processorMs(process.execPath, runs[name])
  }
  const mean = (sum: number): number => Number((sum / rounds).toFixed(1))
  return {
    rounds,
    bareMs: mean(sums.bare),
    versionMs: mean(sums.version),
    helpMs: mean(sums.help),
    versionRatio: Number((sums.version / sums.bare).toFixed(2)),
    helpRatio: Number((sums.help / sums.bare).toFixed(2)),
  }
}
