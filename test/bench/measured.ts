import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** What a program took: seconds on the clock, and the most memory it held. */
export interface Measured {
  readonly seconds: number
  readonly peakMiB: number
  readonly stdout: string
}

/** Runs a program to its end; rejects with its stderr when it fails. Memory is known on Linux alone, 0 elsewhere. */
export async function measured(
  file: string,
  args: readonly string[],
  cwd = process.cwd(),
  env: NodeJS.ProcessEnv = process.env,
): Promise<Measured> {
  const began = performance.now()
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (part: Buffer) => (text.stdout += part))
  child.stderr.on('data', (part: Buffer) => (text.stderr += part))
  let peakMiB = 0
  const look = setInterval(() => {
    peakMiB = Math.max(peakMiB, highWater(child.pid))
  }, 50)
  const [code] = await once(child, 'close')
  clearInterval(look)
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${text.stderr}`)
  return { seconds: (performance.now() - began) / 1000, peakMiB, stdout: text.stdout }
}

function highWater(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Math.round(Number(kilobytes) / 1024)
  } catch {
    return 0
  }
}
