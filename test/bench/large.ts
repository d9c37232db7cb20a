import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { programDirectory } from '../lab/programs.mjs'
import { type BenchApplication, generateApplications } from './applications.ts'
import { processorMs } from './processor.ts'
import type { BareSource } from './services.ts'

const tortoise = join(process.cwd(), 'dist/tortoise.js')
const bin = programDirectory('v35')
/** What runs keep is kept apart from what the user's own runs keep, and is removed before each cold figure. */
const cache = join(tmpdir(), `tortoise-bench-cache-${process.pid}`)
const env = {
  ...process.env,
  XDG_CACHE_HOME: cache,
  PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
}

/**
 * A repository of 600 Argo CD Applications: `discover`, `trace` of one field and `set` of ten values against the bare
 * programs, in processor time of all processes. `BENCH_APPLICATIONS` makes it smaller. With `BENCH_REPOSITORY` and
 * `BENCH_SOURCE` (a kustomization in it), `discover` and `trace` are measured on that repository too.
 */
export async function largeAgainstBare(): Promise<Readonly<Record<string, number>>> {
  const count = Number(process.env['BENCH_APPLICATIONS'] ?? 600)
  const repository = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  try {
    const applications = generateApplications(repository, count)
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: repository })
    execFileSync('git', ['add', '-A'], { cwd: repository })
    const bare = applications.reduce((sum, one) => sum + bareMs(one.bare, repository), 0)
    return {
      applications: count,
      bareMs: Math.round(bare),
      startMs: Math.round(startMs()),
      discoverMs: Math.round(cold(['discover'], repository)),
      discoverAgainMs: Math.round(ours(['discover'], repository)),
      ...traces(applications, repository),
      ...sets(applications, { repository, bare }),
      ...given(),
    }
  } finally {
    for (const directory of [repository, cache]) rmSync(directory, { recursive: true, force: true })
  }
}

/** Processor time of a command that does nothing: what Node and the modules of a command take. */
const startMs = (): number =>
  middle([1, 2, 3, 4, 5].map(() => processorMs(process.execPath, [tortoise, 'trace', '--help'], { env })))

/** The same as `ours`, with nothing from earlier runs. */
function cold(args: readonly string[], repository: string): number {
  rmSync(cache, { recursive: true, force: true })
  return ours(args, repository)
}

/** Without a sandbox, which hides the times of what runs in it. */
const ours = (args: readonly string[], repository: string): number =>
  processorMs(process.execPath, [tortoise, ...args, '--repo', repository, '--sandbox', 'off', '-o', 'json'], {
    env,
  })

const bareMs = (bare: BareSource | undefined, cwd: string): number =>
  bare === undefined ? 0 : processorMs(join(bin, bare.program), bare.args, { env, cwd })

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const round = (value: number): number => Math.round(value * 100) / 100

/** `trace` of one field of a kustomization and of a release, first and again, in times of rendering that source bare. */
function traces(applications: readonly BenchApplication[], repository: string) {
  const figures = (['kubectl', 'helm'] as const).map((program) => {
    const one = applications.find(({ bare }) => bare?.program === program)
    if (one === undefined) throw new Error(`no application is rendered by ${program}`)
    const args = ['trace', one.file, '--field', 'requests.cpu']
    const bare = middle([1, 2, 3, 4, 5].map(() => bareMs(one.bare, repository)))
    const again = (): number => ours(args, repository) / bare
    return { cold: cold(args, repository) / bare, warm: middle([again(), again(), again()]) }
  })
  return {
    traceKustomize: round(figures[0]?.cold ?? 0),
    traceKustomizeAgain: round(figures[0]?.warm ?? 0),
    traceHelm: round(figures[1]?.cold ?? 0),
    traceHelmAgain: round(figures[1]?.warm ?? 0),
  }
}

/** `set` of ten values in ten sources, first and again with others, in times of rendering every source bare. */
function sets(
  applications: readonly BenchApplication[],
  { repository, bare }: { readonly repository: string; readonly bare: number },
) {
  const chosen = applications.filter((_, index) => index % Math.ceil(applications.length / 10) === 0)
  const set = (cpu: number, run = ours): number => {
    const changes = chosen.map(({ file, name }, index) => ({
      source: file,
      workload: `Deployment/${name}`,
      set: { 'app.requests.cpu': `${cpu + index}m` },
    }))
    const file = `${repository}.json`
    writeFileSync(file, JSON.stringify(changes))
    try {
      return run(['set', '--changes', file], repository)
    } finally {
      rmSync(file)
    }
  }
  return { setCold: round(set(400, cold) / bare), setWarm: round(set(500) / bare) }
}

/** The same of a repository that is named. */
function given(): Readonly<Record<string, number>> {
  const [repository, source] = [process.env['BENCH_REPOSITORY'], process.env['BENCH_SOURCE']]
  if (repository === undefined || source === undefined) return {}
  const bare = middle(
    [1, 2, 3].map(() => bareMs({ program: 'kubectl', args: ['kustomize', source] }, repository)),
  )
  const args = ['trace', source, '--field', 'requests.cpu']
  return {
    givenDiscoverMs: Math.round(cold(['discover'], repository)),
    givenDiscoverAgainMs: Math.round(ours(['discover'], repository)),
    givenBareMs: Math.round(bare),
    givenTrace: round(cold(args, repository) / bare),
    givenTraceAgain: round(ours(args, repository) / bare),
  }
}
