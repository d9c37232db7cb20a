import { spawn } from 'node:child_process'

/** How a child process ended: the same fields whether it succeeded or not. */
export interface Outcome {
  readonly command: string
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  readonly tooLong: boolean
}

/** What to run and within which bounds. */
export interface Invocation {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly maxOutputBytes?: number
}

/** Runs a program without a shell, in its own process group, with no environment but the one given. Never rejects. */
export function runProgram(invocation: Invocation): Promise<Outcome> {
  const { file, args, cwd, env, timeoutMs = 60_000, maxOutputBytes = 128 * 1024 ** 2 } = invocation
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[], bytes: 0 }
    const state = { timedOut: false, tooLong: false }
    const kill = (): void => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    const timer = setTimeout(() => {
      state.timedOut = true
      kill()
    }, timeoutMs)
    const collect = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      output.bytes += chunk.length
      if (output.bytes > maxOutputBytes) {
        state.tooLong = true
        kill()
      } else output[stream].push(chunk)
    }
    const finish = (exitCode: number | null, failure?: Error): void => {
      clearTimeout(timer)
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
