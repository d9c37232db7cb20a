import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Processor time that a running process has taken so far, in seconds; 0 where that is not known. */
export function processorOf(pid: number | undefined): number {
  try {
    // User and system time are the fields 14 and 15, in hundredths; the name before them may hold spaces.
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const [user, system] = fields.split(' ').slice(11, 13).map(Number)
    return ((user ?? 0) + (system ?? 0)) / 100
  } catch {
    return 0
  }
}

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
