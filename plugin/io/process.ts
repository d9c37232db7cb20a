import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { heldForExit } from './interrupts.ts'
import { killGroup, killTree, residentBytesOf } from './process-tree.ts'
import { reportFailure } from './program-failures.ts'

/** The result of a child process, with the same fields on success and on failure. */
export interface Outcome {
  readonly command: string
  /** `null` when the process was killed or could not start. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** How long it ran, in milliseconds of the clock. */
  readonly elapsedMs: number
  /** True when it was killed for running too long, printing too much, or using too much memory. */
  readonly timedOut: boolean
  readonly tooLong: boolean
  readonly tooLarge: boolean
}

/** A program to run, with its limits. */
export interface Invocation {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** 60,000 when left out. */
  readonly timeoutMs?: number
  /** Limit of stdout and stderr together; 128 MiB when left out. */
  readonly maxOutputBytes?: number
  /** Limit of the resident memory of the program and of all that it starts, checked while it runs (Linux only); 2 GiB when left out. */
  readonly maxMemoryBytes?: number
  /** Keeps the program in the process group of its parent, so that ending the group ends the program; else it gets its own group. */
  readonly joined?: boolean
}

/** Running programs; they are killed when this process ends. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) end(child)
})

function end({ pid }: ChildProcess): void {
  if (pid !== undefined) killTree(pid)
}

let freeSlots = availableParallelism()
const waiting: (() => void)[] = []

/** Waits for one of as many slots as there are cores. */
const acquireSlot = async (): Promise<void> => {
  if (freeSlots > 0) freeSlots -= 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
}

const releaseSlot = (): void => {
  const next = waiting.shift()
  if (next === undefined) freeSlots += 1
  else next()
}

/**
 * Runs a program without a shell, and only with the given environment. At most as many programs run in parallel as there
 * are cores; the time limit starts with the program. Never rejects.
 */
export async function runProgram(invocation: Invocation): Promise<Outcome> {
  await acquireSlot()
  try {
    const outcome = await heldForExit(() => start(invocation))
    if (outcome.exitCode !== 0) reportFailure(outcome)
    return outcome
  } finally {
    releaseSlot()
  }
}

function start(invocation: Invocation): Promise<Outcome> {
  const { file, args, cwd, env } = invocation
  const detached = invocation.joined !== true
  const began = performance.now()
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached })
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    running.add(child)
    const limits = enforceLimits(child, invocation)
    const collect = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      if (limits.acceptsOutput(chunk.length)) output[stream].push(chunk)
    }
    const finish = (exitCode: number | null, failure?: Error): void => {
      limits.stop()
      running.delete(child)
      // What it started and left behind ends with it.
      if (detached && child.pid !== undefined) killGroup(child.pid)
      const stderr = Buffer.concat(output.stderr).toString('utf8') + (failure?.message ?? '')
      const stdout = Buffer.concat(output.stdout).toString('utf8')
      const elapsedMs = performance.now() - began
      resolve({ command: [file, ...args].join(' '), exitCode, stdout, stderr, elapsedMs, ...limits.exceeded })
    }
    child.stdout.on('data', collect('stdout'))
    child.stderr.on('data', collect('stderr'))
    child.on('error', (error) => finish(null, error))
    child.on('close', (code) => finish(code))
  })
}

/** Kills a program that exceeds its limits, and records which one. */
function enforceLimits(
  child: ChildProcess,
  { timeoutMs = 60_000, maxOutputBytes = 128 * 1024 ** 2, maxMemoryBytes = 2 * 1024 ** 3 }: Invocation,
) {
  const exceeded = { timedOut: false, tooLong: false, tooLarge: false }
  let outputBytes = 0
  const kill = (limit: keyof typeof exceeded): void => {
    exceeded[limit] = true
    end(child)
  }
  const timer = setTimeout(() => kill('timedOut'), timeoutMs)
  const watch = setInterval(() => {
    if (child.pid !== undefined && residentBytesOf(child.pid) > maxMemoryBytes) kill('tooLarge')
  }, 200)
  return {
    exceeded,
    /** Counts output; false once it is too much. */
    acceptsOutput: (bytes: number): boolean => {
      outputBytes += bytes
      if (outputBytes > maxOutputBytes) kill('tooLong')
      return outputBytes <= maxOutputBytes
    },
    stop: () => {
      clearTimeout(timer)
      clearInterval(watch)
    },
  }
}
