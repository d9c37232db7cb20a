import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { programDirectory } from '../lab/programs.mjs'
import { demoFiles, tortoise } from './program.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-kept-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const bin = programDirectory('v35')
const log = join(work, 'log')
const repository = join(work, 'repository')
const cache = join(work, 'cache')
const operator = join(work, 'operator.yaml')

/** Programs that write a line each time they run. */
const logging = (name: string): string => {
  const file = join(work, name)
  writeFileSync(file, `#!/bin/sh\necho ${name} >> ${log}\nexec ${join(bin, name)} "$@"\n`, { mode: 0o755 })
  return file
}
const programs = { kubectl: logging('kubectl'), helm: logging('helm') }

const operatorSettings = (charts: object = { cache }): void =>
  writeFileSync(operator, JSON.stringify({ programs, sandbox: 'off', charts }))

/** Runs a command; returns what it printed, and how often programs rendered. */
async function run(...args: readonly string[]) {
  writeFileSync(log, '')
  const { stdout, stderr, status } = await tortoise(
    [...args, '--repo', repository, '--operator-settings', operator, '-o', 'json'],
    { env: { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) } },
  )
  return { stdout, stderr, status, rendered: readFileSync(log, 'utf8').split('\n').length - 1 }
}

const trace = ['trace', 'apps/overlays/prod']
const chart = ['trace', 'charts/web', '--values', 'envs/prod/search.yaml', '--release', 'search']
const values = join(repository, 'envs/prod/search.yaml')

beforeEach(() => {
  for (const directory of [repository, cache]) rmSync(directory, { recursive: true, force: true })
  cpSync(join(demoFiles, 'repository'), repository, { recursive: true })
  operatorSettings()
})

describe('renderings are kept between runs', () => {
  it.each([
    ['a kustomization', trace],
    ['a chart', chart],
  ])('so that tracing %s again renders nothing, and finds the same', async (_, args) => {
    const first = await run(...args)
    expect(first).toMatchObject({ status: 0 })
    expect(first.rendered).toBeGreaterThan(0)
    expect(await run(...args)).toEqual({ ...first, rendered: 0 })
  })

  it('so that a plan of an unchanged repository renders nothing', async () => {
    const snapshot = ['--snapshot', join(demoFiles, 'snapshot.json')]
    const first = await run('plan', ...snapshot)
    const second = await run('plan', ...snapshot)
    expect(first).toMatchObject({ status: 0 })
    expect(first.rendered).toBeGreaterThan(5)
    expect(second.rendered).toBe(0)
  })

  it('by their inputs: only what reads a changed file is rendered again', async () => {
    await run(...trace)
    await run(...chart)
    writeFileSync(values, readFileSync(values, 'utf8').replace(/cpu: .*/, 'cpu: 777m'))
    expect((await run(...trace)).rendered).toBe(0)
    const changed = await run(...chart)
    expect(changed.rendered).toBeGreaterThan(0)
    expect(changed.stdout).toContain('777m')
  })

  it('by the programs that made them', async () => {
    await run(...chart)
    logging('helm')
    expect(statSync(programs.helm).size).toBeGreaterThan(0)
    expect((await run(...chart)).rendered).toBeGreaterThan(0)
  })

  it('unless settings say otherwise', async () => {
    operatorSettings({ cache, keepRenderings: false })
    const { rendered } = await run(...trace)
    expect((await run(...trace)).rendered).toBe(rendered)
    expect(existsSync(join(cache, 'renderings'))).toBe(false)
  })

  it('but never in the repository, where a commit could hold other results', async () => {
    const inside = join(repository, '.cache')
    operatorSettings({ cache: inside })
    const { rendered } = await run(...trace)
    expect((await run(...trace)).rendered).toBe(rendered)
    expect(existsSync(join(inside, 'renderings'))).toBe(false)
    expect(existsSync(join(inside, 'files'))).toBe(false)
  })
})
