import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { killGroup, killTree, residentBytesOf } from './process-tree.ts'
import { reportFailure } from './program-failures.ts'

/** How a child process ended: the same fields whether it succeeded or not. */
export interface Outcome {
  readonly command: string
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  readonly tooLong: boolean
  readonly tooLarge: boolean
}

/** What to run and within which bounds. */
export interface Invocation {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly maxOutputBytes?: number
  /** Bound of the resident memory of the program and all that it starts, checked while it runs (on Linux). */
  readonly maxMemoryBytes?: number
  /** Stay in this process's group, so that whoever ends the group ends the program too; else it gets a group of its own. */
  readonly joined?: boolean
}

/** Programs that run now; those that are left when this process ends are ended with it. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) end(child)
})

function end({ pid }: ChildProcess): void {
  if (pid !== undefined) killTree(pid)
}

let free = availableParallelism()
const waiting: (() => void)[] = []

/** Waits for one of as many places as there are cores. */
const takePlace = async (): Promise<void> => {
  if (free > 0) free -= 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
}

const leavePlace = (): void => {
  const next = waiting.shift()
  if (next === undefined) free += 1
  else next()
}

/**
 * Runs a program without a shell, with no environment but the one given. No more run at once than there are cores; the
 * time limit begins when it starts. Never rejects.
 */
export async function runProgram(invocation: Invocation): Promise<Outcome> {
  await takePlace()
  try {
    const outcome = await start(invocation)
    if (outcome.exitCode !== 0) reportFailure(outcome)
    return outcome
  } finally {
    leavePlace()
  }
}

function start(invocation: Invocation): Promise<Outcome> {
  const { file, args, cwd, env, timeoutMs = 60_000 } = invocation
  const { maxOutputBytes = 128 * 1024 ** 2, maxMemoryBytes = 2 * 1024 ** 3 } = invocation
  const detached = invocation.joined !== true
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached })
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[], bytes: 0 }
    const state = { timedOut: false, tooLong: false, tooLarge: false }
    running.add(child)
    const timer = setTimeout(() => {
      state.timedOut = true
      end(child)
    }, timeoutMs)
    const watch = setInterval(() => {
      if (child.pid === undefined || residentBytesOf(child.pid) <= maxMemoryBytes) return
      state.tooLarge = true
      end(child)
    }, 200)
    const collect = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      output.bytes += chunk.length
      if (output.bytes > maxOutputBytes) {
        state.tooLong = true
        end(child)
      } else output[stream].push(chunk)
    }
    const finish = (exitCode: number | null, failure?: Error): void => {
      clearTimeout(timer)
      clearInterval(watch)
      running.delete(child)
      // What it started and left behind ends with it.
      if (detached && child.pid !== undefined) killGroup(child.pid)
      const stderr = Buffer.concat(output.stderr).toString('utf8') + (failure?.message ?? '')
      const stdout = Buffer.concat(output.stdout).toString('utf8')
      resolve({ command: [file, ...args].join(' '), exitCode, stdout, stderr, ...state })
    }
    child.stdout.on('data', collect('stdout'))
    child.stderr.on('data', collect('stderr'))
    child.on('error', (error) => finish(null, error))
    child.on('close', (code) => finish(code))
  })
}
