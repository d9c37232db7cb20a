import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { diffLines } from 'diff'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Ended } from './hosts/program.ts'
import { tortoise } from './hosts/program.ts'
import { programDirectory } from './lab/programs.mjs'

interface Scenario {
  readonly about: string
  /** Left out where the arguments name a file of changes. */
  readonly source?: string
  readonly args: readonly string[]
  readonly exit: number
  readonly stdout?: string
  readonly stderr?: string
  /** The bare program and its arguments that render the same, where the source does not show that. */
  readonly bare?: readonly [program: 'helm' | 'kubectl', ...args: string[]]
  /** The lines in which the bare program's output differs afterwards, without indentation. */
  readonly rendered?: readonly string[]
}

const root = join(import.meta.dirname, 'scenarios')
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

/** The bare program and its arguments that render what a scenario is about. */
function bareCommand(repository: string, { source = '', args, bare }: Scenario): readonly string[] {
  if (bare !== undefined) return bare
  if (!existsSync(join(repository, source, 'Chart.yaml'))) return ['kubectl', 'kustomize', source]
  const kept = args.flatMap((arg, at) => (arg === '--values' ? ['--values', args[at + 1] ?? ''] : []))
  return ['helm', 'template', args[args.indexOf('--release') + 1] ?? 'x', source, ...kept]
}

async function bareRendering(repository: string, scenario: Scenario, bin: string): Promise<string> {
  const [name = '', ...args] = bareCommand(repository, scenario)
  return (await promisify(execFile)(join(bin, name), args, { cwd: repository })).stdout
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

  const run = (repository: string, { source, args }: Scenario): Promise<Ended> =>
    tortoise(['set', ...(source === undefined ? [] : [source]), '--repo', repository, ...args], {
      cwd: repository,
      env: { PATH: [work.bin, '/usr/bin', '/bin'].join(delimiter) },
    })

  it.concurrent.each(readdirSync(root))('%s', async (name) => {
    const scenario = parse(readFileSync(join(root, name, 'scenario.yaml'), 'utf8')) as Scenario
    const repository = join(work.directory, name)
    cpSync(join(root, name, 'repository'), repository, { recursive: true })
    const before = scenario.rendered && (await bareRendering(repository, scenario, work.bin))
    const { status, stdout, stderr } = await run(repository, scenario)
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
    if (before !== undefined) {
      const after = await bareRendering(repository, scenario, work.bin)
      expect([...changedLines(before, after)].sort()).toEqual([...(scenario.rendered ?? [])].sort())
    }
    if (scenario.exit === 0)
      expect(await run(repository, scenario)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('Nothing to change'),
      })
  })
})
