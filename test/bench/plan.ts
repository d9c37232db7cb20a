import { execFileSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { programDirectory } from '../lab/programs.mjs'

const root = process.cwd()
const demo = join(root, 'plugin/hosts/demo/files')
const repository = join(demo, 'repository')
const rounds = 5

/** `tortoise plan` on the demo's six sources against the bare programs rendering the same sources three times. */
export async function planAgainstBare(): Promise<Readonly<Record<string, number>>> {
  const bin = programDirectory('v35')
  const env = { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) }
  const plan = (): void => {
    execFileSync(
      process.execPath,
      [
        join(root, 'dist/tortoise.js'),
        'plan',
        '--repo',
        repository,
        '--snapshot',
        join(demo, 'snapshot.json'),
        '-o',
        'json',
      ],
      { env },
    )
  }
  const bare = (): void => {
    for (let times = 0; times < 3; times++) {
      for (const cluster of ['prod', 'staging']) {
        execFileSync(join(bin, 'kubectl'), ['kustomize', `apps/overlays/${cluster}`], { cwd: repository })
        for (const release of ['storefront', 'search']) {
          execFileSync(
            join(bin, 'helm'),
            ['template', release, 'charts/web', '--values', `envs/${cluster}/${release}.yaml`],
            { cwd: repository },
          )
        }
      }
    }
  }
  const times = Array.from({ length: rounds }, () => ({ plan: timed(plan), bare: timed(bare) }))
  const [planMs, bareMs] = [median(times.map((one) => one.plan)), median(times.map((one) => one.bare))]
  return {
    rounds,
    planMs: Math.round(planMs),
    bareMs: Math.round(bareMs),
    ratio: Math.round((planMs / bareMs) * 100) / 100,
  }
}

/** Milliseconds that work takes. */
export function timed(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** The middle of some figures. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
