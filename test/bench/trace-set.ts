import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { snapshotOf } from '../lab/layout-snapshot.ts'
import { programDirectory } from '../lab/programs.mjs'
import { type BareSource, generateServices } from './services.ts'

const root = process.cwd()

/**
 * `tortoise plan` over many services that all change, against the bare programs rendering the same sources three times at the
 * same parallelism: in wall time and in processor time. A second plan finds everything in the cache of the first.
 * Without a sandbox, which hides the times of what runs in it. `SERVICES` is their number; the memory is that of the program itself, without what it starts.
 */
export async function traceSetAgainstBare(): Promise<Readonly<Record<string, number>>> {
  const services = Number(process.env['SERVICES'] ?? 1000)
  const { sources, ...where } = writeServices(services)
  try {
    const bare = renderBare(sources, where)
    const first = plan(where)
    const second = plan(where)
    return {
      services,
      changed: first.changes,
      proved: first.proved,
      parallel: availableParallelism(),
      bareMs: bare.ms,
      firstMs: first.ms,
      secondMs: second.ms,
      ratio: round(first.ms / bare.ms),
      processorRatio: round(first.processorMs / bare.processorMs),
      secondToFirst: round(second.processorMs / first.processorMs),
      peakMb: first.peakMb,
    }
  } finally {
    rmSync(where.directory, { recursive: true, force: true })
  }
}

/** Writes a repository of services with its recorded usage into a new directory. */
export function writeServices(services: number): Place & { readonly sources: readonly BareSource[] } {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  const repository = join(directory, 'repository')
  const { sources, deployed } = generateServices(repository, services)
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'start'],
  ])
    execFileSync('git', args, { cwd: repository, env: { ...process.env, ...author } })
  const snapshot = join(directory, 'snapshot.json')
  writeFileSync(snapshot, snapshotOf(deployed))
  return { sources, repository, snapshot, directory }
}

const round = (value: number): number => Math.round(value * 100) / 100
const author = {
  GIT_AUTHOR_NAME: 'Bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
}

/** A repository, its usage, and where the runs keep what they need. */
export interface Place {
  readonly repository: string
  readonly snapshot: string
  /** A directory with a cache of its own. */
  readonly directory: string
}

const environmentIn = ({ directory }: Place): NodeJS.ProcessEnv => ({
  HOME: directory,
  PATH: [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter),
})

/** What GNU time's shell sister says of a command and all that it starts. */
interface Times {
  readonly ms: number
  readonly processorMs: number
}

/** Runs a command in a shell that prints its times; its standard output goes to a file. */
function timed(command: readonly string[], { repository, directory }: Place, env: NodeJS.ProcessEnv) {
  const [out, err] = [join(directory, 'out'), join(directory, 'err')]
  const script = `TIMEFORMAT='%3R %3U %3S'; { time "$@" >${out} 2>${err}; } 2>&1`
  const ended = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd: repository,
    env,
    encoding: 'utf8',
  })
  const said = existsSync(err) ? execFileSync('tail', ['-c', '2000', err], { encoding: 'utf8' }) : ''
  if (ended.status !== 0) throw new Error(`${command.join(' ')} ended with ${ended.status}: ${said}`)
  const [wall = 0, user = 0, system = 0] = ended.stdout.trim().split(' ').map(Number)
  const times: Times = { ms: Math.round(wall * 1000), processorMs: Math.round((user + system) * 1000) }
  return { ...times, out, said }
}

/** Plans with a cache of its own, and counts what changes. */
export function plan(place: Place, ...more: readonly string[]) {
  const peak = `data:text/javascript,process.once('exit',()=>{process.stderr.write('\\npeak '+process.resourceUsage().maxRSS+'\\n')})`
  const program = join(root, 'dist/tortoise.js')
  const args = [program, 'plan', '--snapshot', place.snapshot, '--sandbox', 'off', '-o', 'json', ...more]
  const { out, said, ...times } = timed(
    [process.execPath, '--import', peak, ...args],
    place,
    environmentIn(place),
  )
  const count = (what: string): number =>
    Number(
      execFileSync('node', ['-p', `JSON.parse(fs.readFileSync(${JSON.stringify(out)},'utf8'))${what}`], {
        encoding: 'utf8',
      }),
    )
  return {
    ...times,
    changes: count('.changes.length'),
    proved: count('.proof?.fields ?? 0'),
    peakMb: Math.round(Number(/peak (\d+)/.exec(said)?.[1] ?? Number.NaN) / 1024),
  }
}

/** Renders every source three times, as many at a time as there are processors. */
function renderBare(sources: readonly BareSource[], place: Place): Times {
  const lines = sources.map(({ program, args }) => [program, ...args].join(' '))
  const file = join(place.directory, 'commands')
  writeFileSync(file, `${[...lines, ...lines, ...lines].join('\n')}\n`)
  const command = ['xargs', '-P', String(availableParallelism()), '-L', '1', '-a', file, 'env']
  const { ms, processorMs } = timed(command, place, environmentIn(place))
  return { ms, processorMs }
}
