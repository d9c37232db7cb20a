import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { delimiter, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { programDirectory } from '../programs.mjs'

/** How a run of the built program ended. */
export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

type Environment = Readonly<Record<string, string>>

/** Starts the built program at a time of the lab: its clock is moved, and nothing else. */
export function startAt(time: Date, args: readonly string[], env: Environment): ChildProcess {
  const clock = pathToFileURL(resolve('test/lab/loop/clock.mjs'))
  const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
  const own = { PATH: path, NODE_OPTIONS: `--import=${clock}`, LAB_TIME: time.toISOString() }
  return spawn(process.execPath, [resolve('dist/tortoise.js'), ...args], {
    cwd: tmpdir(),
    env: { ...own, ...env },
  })
}

/** Runs the built program at a time of the lab, and waits for its end. */
export function runAt(time: Date, args: readonly string[], env: Environment): Promise<Ran> {
  const began = performance.now()
  return new Promise((done, reject) => {
    const child = startAt(time, args, env)
    const output = { stdout: '', stderr: '' }
    child.stdout?.on('data', (text) => (output.stdout += text))
    child.stderr?.on('data', (text) => (output.stderr += text))
    child.on('error', reject)
    child.on('close', (status) => done({ status, ...output, seconds: (performance.now() - began) / 1000 }))
  })
}
