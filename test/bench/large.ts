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
const env = { ...process.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) }

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
      discoverMs: Math.round(ours(['discover'], repository)),
      ...traces(applications, repository),
      ...sets(applications, { repository, bare }),
      ...given(),
    }
  } finally {
    rmSync(repository, { recursive: true, force: true })
  }
}

const ours = (args: readonly string[], repository: string): number =>
  processorMs(process.execPath, [tortoise, ...args, '--repo', repository, '-o', 'json'], { env })

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
    return { cold: ours(args, repository) / bare, warm: ours(args, repository) / bare }
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
  const set = (cpu: number): number => {
    const changes = chosen.map(({ file, name }, index) => ({
      source: file,
      workload: `Deployment/${name}`,
      set: { 'app.requests.cpu': `${cpu + index}m` },
    }))
    const file = `${repository}.json`
    writeFileSync(file, JSON.stringify(changes))
    try {
      return ours(['set', '--changes', file], repository)
    } finally {
      rmSync(file)
    }
  }
  return { setCold: round(set(400) / bare), setWarm: round(set(500) / bare) }
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
    givenDiscoverMs: Math.round(ours(['discover'], repository)),
    givenBareMs: Math.round(bare),
    givenTrace: round(ours(args, repository) / bare),
    givenTraceAgain: round(ours(args, repository) / bare),
  }
}
