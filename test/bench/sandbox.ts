import { execFileSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { programDirectory } from '../lab/programs.mjs'
import { median, timed } from './plan.ts'

const rounds = 21

/**
 * `tortoise plan` on the demo with a sandbox around every rendering, and without one, in turn: milliseconds on the clock, the
 * middle of the rounds. (bubblewrap does not wait for what it starts, so the system does not count its processor time.)
 * `ratio` is to be 1.1 at most.
 */
export async function sandboxAgainstNone(): Promise<Readonly<Record<string, number>>> {
  const demo = join(process.cwd(), 'plugin/hosts/demo/files')
  const PATH = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
  const args = [join(process.cwd(), 'dist/tortoise.js'), 'plan', '--repo', join(demo, 'repository')]
  args.push('--snapshot', join(demo, 'snapshot.json'), '-o', 'json')
  const plan = (mode: 'required' | 'off') => (): Buffer =>
    execFileSync(process.execPath, args, {
      env: { ...process.env, PATH, TORTOISE_SANDBOX: mode },
      stdio: 'pipe',
    })
  const times = Array.from({ length: rounds }, () => ({
    sandbox: timed(plan('required')),
    none: timed(plan('off')),
  }))
  const [sandboxMs, noneMs] = [median(times.map((one) => one.sandbox)), median(times.map((one) => one.none))]
  return {
    rounds,
    sandboxMs: Math.round(sandboxMs),
    noneMs: Math.round(noneMs),
    ratio: Number((sandboxMs / noneMs).toFixed(3)),
  }
}
