import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { diffLines } from 'diff'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { programDirectory } from './lab/programs.mjs'

interface Scenario {
  readonly about: string
  readonly source: string
  readonly args: readonly string[]
  readonly exit: number
  readonly stdout?: string
  readonly stderr?: string
  /** The lines in which the bare program's output differs afterwards, without indentation. */
  readonly rendered?: readonly string[]
}

const root = join(import.meta.dirname, 'scenarios')
const program = join(import.meta.dirname, '../dist/tortoise.js')
const pairs = [
  ['kubectl 1.35 and Helm 4', 'v35'],
  ['kubectl 1.31 and Helm 3', 'v31'],
] as const

function treeOf(directory: string, from = directory): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(directory).flatMap((name) => {
      const path = join(directory, name)
      if (statSync(path).isDirectory()) return [...treeOf(path, from)]
      return [[relative(from, path), readFileSync(path, 'latin1')] as const]
    }),
  )
}

/** What the bare program prints for a source, with the flags of the scenario that concern rendering. */
function bareRendering(repository: string, { source, args }: Scenario, bin: string): string {
  const directory = join(repository, source)
  if (existsSync(join(directory, 'Chart.yaml'))) {
    const kept = args.flatMap((arg, at) => (arg === '--values' ? ['--values', args[at + 1] ?? ''] : []))
    const release = args[args.indexOf('--release') + 1] ?? 'x'
    return execFileSync(join(bin, 'helm'), ['template', release, directory, ...kept], {
      cwd: repository,
      encoding: 'utf8',
    })
  }
  return execFileSync(join(bin, 'kubectl'), ['kustomize', directory], { encoding: 'utf8', stdio: 'pipe' })
}

const changedLines = (before: string, after: string): readonly string[] =>
  diffLines(before, after).flatMap(({ added, removed, value }) =>
    added || removed
      ? value
          .trimEnd()
          .split('\n')
          .map((line) => `${added ? '+' : '-'}${line.trim()}`)
      : [],
  )

describe.each(pairs)('with %s', (_pair, version) => {
  const work = { directory: '', bin: '' }
  beforeAll(() => {
    work.directory = mkdtempSync(join(tmpdir(), 'tortoise-scenarios-'))
    work.bin = programDirectory(version)
  })
  afterAll(() => rmSync(work.directory, { recursive: true, force: true }))

  const run = (repository: string, { source, args }: Scenario) =>
    spawnSync(process.execPath, [program, 'set', source, '--repo', repository, ...args], {
      encoding: 'utf8',
      env: { PATH: [work.bin, '/usr/bin', '/bin'].join(delimiter) },
    })

  it.each(readdirSync(root))('%s', (name) => {
    const scenario = parse(readFileSync(join(root, name, 'scenario.yaml'), 'utf8')) as Scenario
    const repository = join(work.directory, name)
    cpSync(join(root, name, 'repository'), repository, { recursive: true })
    const before = scenario.rendered && bareRendering(repository, scenario, work.bin)
    const { status, stdout, stderr } = run(repository, scenario)
    expect({ status, stderr }).toMatchObject({
      status: scenario.exit,
      stderr: expect.stringContaining(scenario.stderr ?? ''),
    })
    expect(stdout).toContain(scenario.stdout ?? '')
    const expected = join(root, name, 'expected')
    const wanted = new Map([
      ...treeOf(join(root, name, 'repository')),
      ...(existsSync(expected) ? treeOf(expected) : []),
    ])
    expect(Object.fromEntries(treeOf(repository))).toEqual(Object.fromEntries(wanted))
    if (before !== undefined)
      expect([...changedLines(before, bareRendering(repository, scenario, work.bin))].sort()).toEqual(
        [...(scenario.rendered ?? [])].sort(),
      )
    if (scenario.exit === 0)
      expect(run(repository, scenario)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('Nothing to change'),
      })
  })
})
