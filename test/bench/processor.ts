import { execFileSync } from 'node:child_process'

/** Where and with what a program runs. */
interface Surroundings {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Processor time (user and system) of a program and all that it starts, in milliseconds. Throws when it fails. */
export function processorMs(
  program: string,
  args: readonly string[],
  surroundings: Surroundings = {},
): number {
  // Bash prints the times of a child that has ended, in seconds.
  const script = 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/dev/null; } 2>&1'
  const text = execFileSync('bash', ['-ec', script, 'bash', program, ...args], {
    ...surroundings,
    encoding: 'utf8',
  })
  return text
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0)
}
