import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { inParallel } from '../../plugin/model/parallel.ts'
import { programDirectory } from '../lab/programs.mjs'
import { type BareSource, generateServices } from './services.ts'

const root = process.cwd()

/**
 * One field changed in each of many services by one `tortoise set --changes`, against the bare programs rendering the
 * same sources three times at the same concurrency. A second run finds nothing to change.
 */
export async function traceSetAgainstBare(): Promise<Readonly<Record<string, number>>> {
  const services = Number(process.env['SERVICES'] ?? 1000)
  const bin = programDirectory('v35')
  const repository = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  try {
    const { changes, sources } = generateServices(repository, services)
    const file = join(repository, '..', `${repository.split('/').at(-1)}.json`)
    writeFileSync(file, JSON.stringify(changes))
    const bare = await timed(() => renderBare(repository, sources, bin))
    const first = await timed(async () => set(repository, file, bin))
    const second = await timed(async () => set(repository, file, bin))
    rmSync(file)
    return {
      services,
      sources: sources.length,
      changed: first.result.changed,
      proved: first.result.proved,
      bareMs: Math.round(bare.ms),
      firstMs: Math.round(first.ms),
      secondMs: Math.round(second.ms),
      ratio: round(first.ms / bare.ms),
      secondToFirst: round(second.ms / first.ms),
      peakMb: Math.round(first.result.peakKb / 1024),
    }
  } finally {
    rmSync(repository, { recursive: true, force: true })
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const start = performance.now()
  const result = await work()
  return { ms: performance.now() - start, result }
}

/** Runs `tortoise set` under GNU time's eye where there is one: its own peak, children apart, comes from /proc. */
function set(repository: string, changes: string, bin: string) {
  const ended = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,process.once('exit',()=>{process.stderr.write('\\npeak '+process.resourceUsage().maxRSS+'\\n')})`,
      join(root, 'dist/tortoise.js'),
      'set',
      '--repo',
      repository,
      '--changes',
      changes,
      '--keep-going',
      '-o',
      'json',
    ],
    {
      encoding: 'utf8',
      env: { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) },
      maxBuffer: 512 * 1024 ** 2,
    },
  )
  if (ended.status !== 0) throw new Error(`set ended with ${ended.status}: ${ended.stderr.slice(-2000)}`)
  const { changes: made, proof } = JSON.parse(ended.stdout)
  const peakKb = Number(/peak (\d+)/.exec(ended.stderr)?.[1] ?? Number.NaN)
  return { changed: made.length as number, proved: (proof?.fields ?? 0) as number, peakKb }
}

async function renderBare(repository: string, sources: readonly BareSource[], bin: string): Promise<void> {
  const three = [...sources, ...sources, ...sources]
  await inParallel(
    three,
    ({ program, args }) => runBare(join(bin, program), args, repository),
    availableParallelism(),
  )
}

/** Runs a program and reads what it prints, as anyone who renders must. */
function runBare(file: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.resume()
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${file} ended with ${code}`))))
  })
}
