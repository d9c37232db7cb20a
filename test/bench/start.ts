import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

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
    for (const name of ['bare', 'version', 'help'] as const) sums[name] += processorMs(runs[name])
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

/** Bash prints the times of a child that has ended, in seconds. */
function processorMs(args: readonly string[]): number {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null'
  const text = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', process.execPath, ...args], {
    encoding: 'utf8',
  })
  return text
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0)
}
